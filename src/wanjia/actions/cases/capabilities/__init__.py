"""Capabilities: functions registered under a name, which a practice may call from a service task. One file each."""

from collections.abc import Callable
from datetime import datetime

from wanjia.actions.cases.capabilities.account_standing import account_standing
from wanjia.actions.cases.capabilities.accounts import (
    account_of_number,
    give_back_account,
    match_account,
    transfer_account,
)
from wanjia.actions.cases.capabilities.appointments import appoint, end_appointment
from wanjia.actions.cases.capabilities.case_outcome import case_outcome
from wanjia.actions.cases.capabilities.computed import LIVE
from wanjia.actions.cases.capabilities.drawn_for_check import drawn_for_check
from wanjia.actions.cases.capabilities.earlier_endings import earlier_endings
from wanjia.actions.cases.capabilities.forget_personal_data import forget_personal_data
from wanjia.actions.cases.capabilities.known_outage import known_outage
from wanjia.actions.cases.capabilities.line_zones import outages_of_line, zone_of_place
from wanjia.actions.cases.capabilities.load_of_meter import load_of_meter
from wanjia.actions.cases.capabilities.month_works import ask_for_work, take_back_work
from wanjia.actions.cases.capabilities.nearest_electricians import nearest_electricians
from wanjia.actions.cases.capabilities.outage_plans import (
    cancel_planned_outage,
    extend_planned_outage,
    plan_outage,
)
from wanjia.actions.cases.capabilities.outage_ways import outage_alternatives
from wanjia.actions.cases.capabilities.outages import (
    close_outage,
    crew_on_duty,
    dismiss_outage,
    post_in_charge,
    record_cause,
    say_estimate,
)
from wanjia.actions.cases.capabilities.places import district_of_place, responsible_post
from wanjia.actions.cases.capabilities.planned_outages import outage_scope
from wanjia.actions.cases.capabilities.posts import hand_over_post, work_of_post
from wanjia.actions.cases.capabilities.problem_districts import outages_of_district, repeated_outages
from wanjia.actions.cases.capabilities.register_standing import register_standing
from wanjia.actions.cases.capabilities.sample_cases import sample_cases
from wanjia.actions.cases.capabilities.supply_guard import guard_supply, lift_guard
from wanjia.actions.cases.capabilities.surveys import close_survey, open_survey
from wanjia.actions.cases.capabilities.telling import tell_children, tell_parent
from wanjia.engine.nouns import CallCapability, CapabilityDone, CapabilityFailed
from wanjia.model.actors import Actor
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case

Capability = Callable[[Facts, Case, datetime], Facts]
Acting = Callable[[Facts, Case, datetime, Actor], Facts]

REGISTRY: dict[str, Capability] = LIVE | {
    function.__name__: function
    for function in (
        account_of_number,
        account_standing,
        case_outcome,
        crew_on_duty,
        district_of_place,
        drawn_for_check,
        earlier_endings,
        known_outage,
        load_of_meter,
        match_account,
        nearest_electricians,
        outage_alternatives,
        outage_scope,
        outages_of_district,
        outages_of_line,
        post_in_charge,
        register_standing,
        repeated_outages,
        responsible_post,
        sample_cases,
        work_of_post,
        zone_of_place,
    )
}
"""Those that compute something or look it up."""

ACTING: dict[str, Acting] = {
    function.__name__: function
    for function in (
        appoint,
        ask_for_work,
        cancel_planned_outage,
        close_outage,
        close_survey,
        dismiss_outage,
        end_appointment,
        extend_planned_outage,
        forget_personal_data,
        give_back_account,
        guard_supply,
        hand_over_post,
        lift_guard,
        open_survey,
        plan_outage,
        record_cause,
        say_estimate,
        take_back_work,
        tell_children,
        tell_parent,
        transfer_account,
    )
}
"""Those that change rows of another subject: whoever made the step that called them is named there."""


def run_capability(call: CallCapability, case: Case, now: datetime, actor: Actor) -> CapabilityDone | CapabilityFailed:
    """Run it in the caller's transaction; a refusal goes back to the process as an error, by its first code."""
    try:
        if call.capability in ACTING:
            result = ACTING[call.capability](call.inputs, case, now, actor)
        else:
            result = REGISTRY[call.capability](call.inputs, case, now)
    except Refused as refusal:
        return CapabilityFailed("system", call.task_key, refusal.faults[0].code)
    return CapabilityDone("system", call.task_key, result)
