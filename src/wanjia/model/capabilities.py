"""What a practice may call from a service task: one table of signatures. The functions are registered elsewhere.

A capability takes facts and gives facts; it never changes the case itself. `acting` ones change something outside.
Any of them may end with one of its error codes, which a diagram catches with an error boundary event.
"""

from collections.abc import Mapping

from wanjia.model.capability_signature import (
    ACCOUNT,
    AREAS,
    COUNT,
    DAY,
    HAND_OVER,
    INSTANT,
    MODE,
    NUMBER,
    PLACE,
    ROWS,
    TEXT,
    YES_NO,
    CapabilitySignature,
)

OPEN_CASE = "open_case"
REGISTER_STANDING = "register_standing"

_ROWS = (
    CapabilitySignature(
        "district_of_place",
        "The transformer district (台区) that supplies the place, and its class of area.",
        {"place": PLACE},
        {"district": TEXT, "area": AREAS},
    ),
    CapabilitySignature(
        "known_outage",
        "Whether the place is known to be without supply, why, and when supply is expected back.",
        {"place": PLACE},
        {"outage_known": YES_NO, "outage_cause": TEXT, "restore_estimate_at": INSTANT},
    ),
    CapabilitySignature(
        "account_standing",
        "What the account owes, and whether it was cut off for that. One of the two inputs is enough.",
        {"customer_number": TEXT, "place": PLACE},
        {"arrears_yuan": NUMBER, "cut_for_arrears": YES_NO},
        optional=frozenset({"customer_number", "place"}),
    ),
    CapabilitySignature(
        "nearest_electricians",
        "Village electricians on duty who are qualified for the work, nearest first, without those `excluded` (ids).",
        {"place": PLACE, "qualification": TEXT, "excluded": {"type": "array", "items": {"type": "string"}}},
        {"electricians": {"type": "array", "format": "offers"}},
        optional=frozenset({"qualification", "excluded"}),
    ),
    CapabilitySignature(
        "zone_of_place",
        "Whether the place lies in a line's protection zone: the line it intrudes on most, else the nearest one within "
        "2 km; metres on the ground to its outermost conductor, and the zone's width there.",
        {"place": PLACE},
        {
            "in_zone": YES_NO,
            "line": TEXT,
            "line_code": TEXT,
            "feeder": TEXT,
            "voltage_kv": NUMBER,
            "distance_m": NUMBER,
            "clearance_needed_m": NUMBER,
        },
        optional=frozenset({"place"}),
    ),
    CapabilitySignature(
        "outages_of_line",
        "How many unplanned outages the feeder had in the `days` before the day `until`, of one cause or of all.",
        {"feeder": TEXT, "cause": TEXT, "until": DAY, "days": NUMBER},
        {"outages": COUNT},
        optional=frozenset({"feeder", "cause"}),
    ),
    CapabilitySignature(
        "outages_of_district",
        "How many unplanned outages touched the transformer district in the `days` before the day `until`, and how "
        "many minutes it was without supply.",
        {"district": TEXT, "until": DAY, "days": NUMBER},
        {"outages": COUNT, "outage_minutes": NUMBER},
    ),
    CapabilitySignature(
        "repeated_outages",
        "Districts of the receiving body with `least` unplanned outages or more within any `window_days` days of the "
        "`days` before the day `until`: rows of `district`, `district_name`, `place`, `outages`, `most`, worst first.",
        {"until": DAY, "days": NUMBER, "window_days": NUMBER, "least": NUMBER},
        {"districts": ROWS, "district_count": COUNT},
    ),
    CapabilitySignature(
        "outage_scope",
        "Who is dark, and for how long, when the device (branch or district) is isolated from one instant to another, "
        "or when the work is done in one of the `mode`s of `outage_alternatives`. `districts`: rows of `district`, "
        "`district_name`, `households`, `dark_hours`, `outages` (planned and unplanned ones of the `days` before), "
        "`again` (it had one, or another is planned in the month). `sensitive`: rows of `kind`, `district_name`, "
        "`district_place`, `id` (the customer's number). `kept_lit`: rows of `reason`, `from_at`, `until_at` "
        "of the windows in which a district must not be dark. `used_district_hours`: of the month, for the receiving "
        "body and those below it. `mode_hours`, `mode_ends_at`: how long that way takes.",
        {"device": TEXT, "starts_at": INSTANT, "ends_at": INSTANT, "days": NUMBER, "mode": MODE},
        {
            **dict.fromkeys(("districts", "sensitive", "kept_lit"), ROWS),
            **dict.fromkeys(("district_count", "household_count", "repeated_count"), COUNT),
            **dict.fromkeys(("sensitive_count", "life_support_count", "kept_lit_count"), COUNT),
            **dict.fromkeys(("district_hours", "household_hours", "used_district_hours", "mode_hours"), NUMBER),
            "mode_ends_at": INSTANT,
        },
        optional=frozenset({"mode"}),
        errors=("unavailable", "device_unknown", "no_network"),
    ),
    CapabilitySignature(
        "outage_alternatives",
        "The ways to do a work on the device, each with what it costs: rows of `mode`, `hours`, `dark_count` "
        "(districts), `district_hours`, `household_hours`, `saved_district_hours` and `saved_household_hours` against "
        "stopping everybody, `live_teams`, `bypass_sets`, `generator_trucks`, `ties`, `available` (whether the means "
        "are free on that day, plans in force considered) and how many are `lacking`; the one that darkens least "
        "first. `least_mode` is the first that is available. `naive_*`: of stopping everybody.",
        {"device": TEXT, "starts_at": INSTANT, "ends_at": INSTANT},
        {
            "alternatives": ROWS,
            "least_mode": MODE,
            **dict.fromkeys(("naive_district_hours", "naive_household_hours"), NUMBER),
        },
        errors=("unavailable", "device_unknown", "no_network"),
    ),
    CapabilitySignature(
        "plan_outage",
        "Enters the outage of these `districts` (rows with `district`) as planned work, and tells every customer of "
        "them who left a telephone. `notice_hours` before it begins; `sensitive_told` of them cannot bear it. "
        "Whoever made the step must be allowed to plan outages.",
        {"device": TEXT, "title": TEXT, "starts_at": INSTANT, "ends_at": INSTANT, "districts": ROWS},
        {"plan_code": TEXT, "told": COUNT, "sensitive_told": COUNT, "notice_hours": NUMBER},
        acting=True,
        errors=(
            "unavailable",
            "not_allowed",
            "work.overlap",
            "work.guarded",
            "work.past",
            "work.window",
            "work.title_missing",
        ),
    ),
    CapabilitySignature(
        "ask_for_work",
        "Asks for the work in the plan of its month: on the device, from the day of `starts_at` until `latest_on` (the "
        "end of that month without it), for so many hours with supply stopped, in that `mode` alone where it is said. "
        "When a plan with it is in force and its customers have been told, the case hears `work_planned` (from: "
        "system) with `starts_at`, `until_at`, `plan_code`, `told_count` and `notice_hours`. Asked again, it is the "
        "same.",
        {"device": TEXT, "title": TEXT, "starts_at": INSTANT, "hours": NUMBER, "latest_on": DAY, "mode": MODE},
        {"request_number": TEXT},
        optional=frozenset({"latest_on", "mode"}),
        acting=True,
        errors=("unavailable", "not_allowed"),
    ),
    CapabilitySignature(
        "take_back_work",
        "Takes back a work that this case asked for; nothing happens to one that is planned already.",
        {"request_number": TEXT, "reason": TEXT},
        {"taken_back": YES_NO},
        optional=frozenset({"request_number"}),
        acting=True,
    ),
    CapabilitySignature(
        "extend_planned_outage",
        "The planned outage lasts until another instant; who was told of it hears that and why.",
        {"plan_code": TEXT, "ends_at": INSTANT, "reason": TEXT},
        {"told": COUNT},
        acting=True,
        errors=("unavailable", "not_allowed"),
    ),
    CapabilitySignature(
        "cancel_planned_outage",
        "The planned outage does not take place; who was told of it hears that. Without a plan, or when it is over "
        "or cancelled already, nothing happens.",
        {"plan_code": TEXT, "reason": TEXT},
        {"cancelled": YES_NO},
        optional=frozenset({"plan_code"}),
        acting=True,
        errors=("unavailable", "not_allowed"),
    ),
    CapabilitySignature(
        "tell_parent",
        "Says something to the case that opened this one, which hears it as `child_told` if it declares that message.",
        {"said": TEXT},
        {"told": YES_NO},
        acting=True,
    ),
    CapabilitySignature(
        "tell_children",
        "Says something to the running cases that this one opened; those hear it as `parent_told` if they declare it.",
        {"said": TEXT},
        {"told": COUNT},
        acting=True,
    ),
    CapabilitySignature(
        "responsible_post",
        "Who answers for the place at a level of the grid today (1 is the widest), with what a card shows.",
        {"place": PLACE, "level": {"type": "integer", "minimum": 1, "maximum": 9}},
        {"post": TEXT, "holder": {"type": "string", "format": "person"}, "holder_name": TEXT, "holder_phone": TEXT},
        optional=frozenset({"level"}),
    ),
    CapabilitySignature(
        "post_in_charge",
        "The post that answers for an outage at the place: of its cell (grid roles), or of the organisation.",
        {
            "charge": {
                "type": "string",
                "enum": [
                    *("district_manager", "senior_manager", "station_chief", "dispatcher"),
                    *("county_manager", "company_manager"),
                ],
            },
            "place": PLACE,
        },
        {"post": {"type": "string", "format": "person"}},
        optional=frozenset({"place"}),
    ),
    CapabilitySignature(
        "crew_on_duty",
        "People who can be sent to the place: holders of posts in the station, nearest and least busy first.",
        {"place": PLACE},
        {"crews": {"type": "array", "format": "offers"}},
        optional=frozenset({"place"}),
    ),
    CapabilitySignature(
        "say_estimate",
        "Until when the case's outage is said to last; customers are told when that moves by more than the limit.",
        {"restoration_at": INSTANT, "reason": TEXT},
        {"told": COUNT},
        optional=frozenset({"reason"}),
        acting=True,
    ),
    CapabilitySignature(
        "record_cause",
        "Why the case's outage happened, for reliability figures and for customers; gives the customer-hours lost.",
        {"cause": TEXT, "external": YES_NO, "note": TEXT},
        {"customer_hours": NUMBER},
        optional=frozenset({"external", "note"}),
        acting=True,
    ),
    CapabilitySignature(
        "dismiss_outage",
        "The case's outage was a false alarm: it counts no more, and who had been told of it is told so.",
        {"reason": TEXT},
        {"corrected": COUNT},
        acting=True,
    ),
    CapabilitySignature(
        "close_outage",
        "The case's outage is over although no meter said so; customers are told.",
        {"restored_at": INSTANT},
        {"told": COUNT},
        acting=True,
    ),
    CapabilitySignature(
        "guard_supply",
        "Districts stay lit from one instant to another: the case's own, and those that rows of `sites` name as "
        "`district` (code or name). No plan made from now on darkens them; planned works in force that would are told. "
        "Said again by the same case it replaces what it said before. Ends with `district_unknown`, `window_wrong`.",
        {
            "kind": {"type": "string", "enum": ["exam", "guarantee", "harvest", "hospital"]},
            "from_at": INSTANT,
            "until_at": INSTANT,
            "reason": TEXT,
            "sites": ROWS,
        },
        {"guard_number": TEXT, "guarded_count": COUNT, "clashes": ROWS, "clash_count": COUNT},
        optional=frozenset({"sites"}),
        acting=True,
        errors=("unavailable", "district_unknown", "window_wrong"),
    ),
    CapabilitySignature(
        "lift_guard",
        "What this case said must stay lit may be planned for again; how many demands that were.",
        {},
        {"lifted_count": COUNT},
        acting=True,
    ),
    CapabilitySignature(
        "match_account",
        "The account of a property: by the number given, else by the previous owner's name near the place.",
        {"customer_number": TEXT, "previous_name": TEXT, "place": PLACE},
        {
            "match": {"type": "string", "enum": ["exact", "name_differs", "found_by_name", "ambiguous", "none"]},
            **ACCOUNT,
            "candidates": {"type": "array", "format": "offers"},
        },
        optional=frozenset({"customer_number"}),
    ),
    CapabilitySignature("account_of_number", "The account of that number.", {"account_number": TEXT}, ACCOUNT),
    CapabilitySignature(
        "transfer_account",
        "The account is the new owner's from now on; ends with `account_changed` if somebody else has it by now.",
        HAND_OVER,
        {"handed_over_at": INSTANT},
        optional=frozenset({"to_phone"}),
        acting=True,
        errors=("account_changed",),
    ),
    CapabilitySignature(
        "give_back_account",
        "The account is the previous owner's again; ends with `account_changed` if somebody else has it by now.",
        HAND_OVER,
        {"handed_over_at": INSTANT},
        optional=frozenset({"to_phone"}),
        acting=True,
        errors=("account_changed",),
    ),
    CapabilitySignature(
        "work_of_post",
        "What is open under a post, but for the case's own tasks, earliest deadline first; contact cards of its cell.",
        {"post": TEXT},
        {"work": ROWS, "work_count": COUNT, "late_count": COUNT, "cards": COUNT},
    ),
    CapabilitySignature(
        "hand_over_post",
        "The post is the successor's from `starts_on` (today, when that is past); open tasks follow that day. Whoever "
        "made the step must be allowed to appoint.",
        {"post": TEXT, "successor": {"type": "string", "format": "person"}, "starts_on": DAY},
        {"from_name": TEXT, "to_name": TEXT, "held_from": DAY},
        acting=True,
        errors=("unavailable", "already_planned", "not_allowed"),
    ),
    CapabilitySignature(
        "earlier_endings",
        "How earlier cases of this practice ended for the same unified social credit code, newest first.",
        {"credit_code": TEXT, "within_days": NUMBER},
        {"endings": {"type": "array", "items": {"type": "object"}}},
        optional=frozenset({"credit_code"}),
    ),
    CapabilitySignature(
        "appoint",
        "A person works as `role` for a body (without one: the receiving one) in the case's cell from one day to "
        "another; the post is opened for it. Whoever made the step must be allowed to appoint there.",
        {
            "role": {"type": "string", "enum": ["cell_helper"]},
            "organisation": TEXT,
            "person": {"type": "string", "format": "person"},
            "starts_on": DAY,
            "ends_on": DAY,
        },
        {"appointment": TEXT, "post": TEXT, "holder_name": TEXT},
        optional=frozenset({"organisation"}),
        acting=True,
        errors=("not_allowed", "person_unknown", "term_wrong"),
    ),
    CapabilitySignature(
        "end_appointment",
        "An appointment that this case made ends on `last_on`, else today; without one nothing happens.",
        {"appointment": TEXT, "last_on": DAY},
        {"ended": YES_NO},
        optional=frozenset({"appointment", "last_on"}),
        acting=True,
        errors=("not_allowed", "person_unknown"),
    ),
    CapabilitySignature(
        "forget_personal_data",
        "Consent has ended or the purpose is fulfilled: answers, register rows, letters, personal papers and messages "
        "of the case lose what the practice calls personal; steps, clocks and figures stay.",
        {},
        {"forgotten_on": DAY},
        acting=True,
    ),
    CapabilitySignature(
        "case_outcome",
        "What became of another case, by its number: whether there is one, how it ended and on which day.",
        {"case_number": TEXT},
        {"found": YES_NO, "end": TEXT, "ended_on": TEXT},
        optional=frozenset({"case_number"}),
    ),
    CapabilitySignature(
        "sample_cases",
        "Cases of a body (left out: the receiving one) that ended from one day to another, drawn by lot as evidence; "
        "with how they ended and whether a clock ran out. Thirty at most.",
        {"first_on": DAY, "last_on": DAY, "count": NUMBER, "organisation": TEXT},
        {"samples": ROWS, "sample_count": COUNT},
        optional=frozenset({"organisation"}),
    ),
    CapabilitySignature(
        "drawn_for_check",
        "Whether the case is drawn by lot for a check; the lot is fixed by its number, so nobody can choose it.",
        {"share_percent": NUMBER},
        {"drawn": YES_NO, "lot": NUMBER},
    ),
    CapabilitySignature(
        "compare_schemes",
        "Schemes beside each other: length, critical path, the step that decides the date, and what it takes to be "
        "some percent shorter. Rows that keep a scheme from being planned come back as `steps_wrong`.",
        {"schemes": ROWS, "steps": ROWS, "shorter_percent": {"type": "integer", "minimum": 0, "maximum": 100}},
        {"options": {"type": "array", "format": "offers"}, "step_plan": ROWS, "steps_wrong": ROWS},
    ),
    CapabilitySignature(
        "date_scheme",
        "The steps of one scheme with their working days from `first_on` on, shortened if so wished.",
        {
            "steps": ROWS,
            "scheme": TEXT,
            "first_on": DAY,
            "shortened": YES_NO,
            "shorter_percent": {"type": "integer", "minimum": 0, "maximum": 100},
        },
        {"plan": ROWS, "plan_ends_on": DAY, "plan_days": COUNT},
        optional=frozenset({"shortened"}),
    ),
    CapabilitySignature(
        "forecast_steps",
        "The steps of one project, as much as is left of them, against its hard date: their days from `first_on` on, "
        "the day on which all is done, the calendar days to spare, the step that decides, and what would have to get "
        "shorter. Rows that are no plan come back as `steps_wrong`.",
        {"steps": ROWS, "first_on": DAY, "hard_on": DAY, "every_day": YES_NO},
        {
            "step_plan": ROWS,
            "forecast_on": DAY,
            "days_to_spare": {"type": "integer"},
            "open_steps": COUNT,
            "path": TEXT,
            "decides": TEXT,
            "can_make_it": YES_NO,
            "cuts": TEXT,
            "steps_wrong": ROWS,
        },
        optional=frozenset({"every_day"}),
    ),
    CapabilitySignature(
        "open_survey",
        "Opens the case's anonymous survey of the work: questions of the catalogue, groups with `name` and `people`, "
        "and the last day on which answers are taken.",
        {"questions": {"type": "array"}, "groups": ROWS, "closes_on": DAY},
        {"people_count": COUNT},
        acting=True,
        errors=("survey.not_askable", "survey.groups_wrong"),
    ),
    CapabilitySignature(
        "close_survey",
        "Takes no more answers and gives what may be shown: nothing of fewer than ten people, nor any difference.",
        {},
        {"answers_count": COUNT, "withheld_count": COUNT, "results": ROWS},
        acting=True,
    ),
    CapabilitySignature(
        OPEN_CASE,
        "Opens a case of the practice that the call names, with the inputs as answers of its start form. Ends with "
        "`unavailable` when that practice is not installed, with `refused` when it does not accept them.",
        {},
        {"case_number": TEXT},
        acting=True,
        errors=("unavailable", "refused"),
        open_inputs=True,
    ),
    CapabilitySignature(
        "reconcile_submeters",
        "Sub-meters against the main meter before them over one period: the gap, what reading times, points without a "
        "meter and line loss explain of it, shares of the rest by use, and what each would pay by other rules. Rows "
        "that make no sense come back.",
        {"main_meter": ROWS, "sub_meters": ROWS, "points": ROWS, "loss_percent": NUMBER, "price_yuan": NUMBER},
        {
            **dict.fromkeys(("main_kwh", "sub_kwh", "gap_kwh", "timing_kwh", "points_kwh", "loss_kwh"), NUMBER),
            "left_kwh": NUMBER,
            "gap_yuan": NUMBER,
            **dict.fromkeys(("shares", "parts", "rule_shares", "meter_hints", "meters_wrong"), ROWS),
        },
        optional=frozenset({"points", "loss_percent", "price_yuan"}),
    ),
    CapabilitySignature(
        "load_of_meter",
        "The load of a customer's meter over some days as 24 mean powers of workdays and of days of rest, from the "
        "measurement store. Only with the customer's `consent`, until the day `consent_until`; single readings stay "
        "where they are.",
        {"meter_id": TEXT, "consent": YES_NO, "consent_until": DAY, "first_on": DAY, "last_on": DAY},
        {"load_hours": ROWS, "maximum_kw": NUMBER, "days_read": COUNT, "coverage_percent": NUMBER},
        errors=("unavailable", "no_consent", "no_readings"),
    ),
    CapabilitySignature(
        "advise_load",
        "What a load and stated prices say: peak and valley, a tariff by the hour, energy moved, a roof that fits, a "
        "transformer. The load is rows of hours or readings; rows that make no sense come back as `load_wrong`.",
        {
            "load": ROWS,
            "readings": ROWS,
            "maximum_kw": NUMBER,
            "tariff": ROWS,
            "price_yuan": NUMBER,
            "move_percent": NUMBER,
            "on_tariff": YES_NO,
            "roof_kw": NUMBER,
            "latitude": NUMBER,
            "yield_kwh": NUMBER,
            "build_yuan_per_kw": NUMBER,
            "feed_in_yuan": NUMBER,
            "transformer_kva": NUMBER,
            "power_factor": NUMBER,
            "full_percent": NUMBER,
            "capacity_yuan": NUMBER,
            "demand_yuan": NUMBER,
        },
        {
            **dict.fromkeys(("month_kwh", "mean_kw", "max_kw", "load_factor_percent"), NUMBER),
            **dict.fromkeys(("peak_percent", "flat_percent", "valley_percent"), NUMBER),
            **dict.fromkeys(("bill_flat_yuan", "bill_tariff_yuan", "tariff_saving_yuan"), NUMBER),
            **dict.fromkeys(("moved_kwh", "moved_saving_yuan"), NUMBER),
            **dict.fromkeys(("solar_kw", "solar_kwh", "solar_used_percent", "solar_spent_yuan"), NUMBER),
            **dict.fromkeys(("solar_saving_yuan", "payback_years"), NUMBER),
            **dict.fromkeys(("need_kva", "size_kva", "used_percent", "fee_saving_yuan"), NUMBER),
            "fee_basis": {"type": "string", "enum": ["none", "capacity", "demand"]},
            "load_hours": ROWS,
            "options": ROWS,
            "load_wrong": ROWS,
        },
        optional=frozenset(
            (
                *("load", "readings", "maximum_kw", "tariff", "price_yuan", "move_percent", "on_tariff", "roof_kw"),
                *("latitude", "yield_kwh", "build_yuan_per_kw", "feed_in_yuan", "transformer_kva", "power_factor"),
                *("full_percent", "capacity_yuan", "demand_yuan"),
            )
        ),
    ),
    CapabilitySignature(
        "compare_loads",
        "A load before and after under one tariff by the hour: the figures after, and how energy and bill changed.",
        {"load": ROWS, "maximum_kw": NUMBER, "after_load": ROWS, "after_maximum_kw": NUMBER, "tariff": ROWS},
        {
            **dict.fromkeys(("after_month_kwh", "after_max_kw", "after_peak_percent", "after_bill_yuan"), NUMBER),
            **dict.fromkeys(("kwh_change_percent", "bill_change_percent"), NUMBER),
            "after_wrong": ROWS,
        },
        optional=frozenset({"maximum_kw", "after_maximum_kw"}),
    ),
    CapabilitySignature(
        "events_fell",
        "Events of two times beside each other: `before` in `days_before`, `after` in `days_after`. The fall of the "
        "rate, and how likely chance alone made it.",
        {"before": COUNT, "days_before": NUMBER, "after": COUNT, "days_after": NUMBER},
        {"fall_percent": NUMBER, "chance_percent": NUMBER, "more_than_chance": YES_NO},
    ),
    CapabilitySignature(
        "microgrid_together",
        "A microgrid's generation, storage, charging, use and exchange with the grid over one round: losses, share of "
        "the generation used here, share of the use not from the grid, round trip of the storage.",
        {
            **dict.fromkeys(("generation_kwh", "charge_kwh", "discharge_kwh", "charging_kwh", "other_use_kwh"), NUMBER),
            **dict.fromkeys(("from_grid_kwh", "to_grid_kwh", "stored_before_kwh", "stored_now_kwh"), NUMBER),
        },
        dict.fromkeys(
            (
                "in_kwh",
                "out_kwh",
                "loss_kwh",
                "loss_percent",
                "own_use_percent",
                "self_supply_percent",
                "round_trip_percent",
            ),
            NUMBER,
        ),
        optional=frozenset({"stored_before_kwh", "stored_now_kwh"}),
    ),
    CapabilitySignature(
        "days_later",
        "The day that lies `days` calendar days after `day`, or after the company's day of the step.",
        {"day": DAY, "days": COUNT},
        {"later_on": DAY},
        optional=frozenset({"day"}),
    ),
    CapabilitySignature(
        "hours_later",
        "The instant that lies `hours` after `at` (before it, when they are negative), or after now.",
        {"at": INSTANT, "hours": NUMBER},
        {"later_at": INSTANT},
        optional=frozenset({"at"}),
    ),
    CapabilitySignature(
        "hours_between",
        "Hours from one instant to another, negative when the other is earlier; what is left out is now.",
        {"from_at": INSTANT, "until_at": INSTANT},
        {"hours": NUMBER},
        optional=frozenset({"from_at", "until_at"}),
    ),
    CapabilitySignature(
        REGISTER_STANDING,
        "What stands in the register that the call names for whoever a row of this case would be for, or for `of`: "
        "rows neither struck nor past their day, of the last `within_days` where given; `total` sums the first total "
        "column.",
        {"of": {}, "within_days": NUMBER},
        {"entries": COUNT, "total": NUMBER, "rows": ROWS},
        optional=frozenset({"of", "within_days"}),
    ),
    CapabilitySignature("today", "The company's day on which the step runs.", {}, {"today": DAY}),
    CapabilitySignature(
        "working_days_since",
        "Working days from the day after `day` up to today, by the company's calendar.",
        {"day": DAY},
        {"working_days": {"type": "integer", "minimum": 0}},
    ),
)

SIGNATURES: Mapping[str, CapabilitySignature] = {row.name: row for row in _ROWS}
