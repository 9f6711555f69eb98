"""The audit as a short report for people: aligned columns, English or Chinese."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wanjia.cli._printed_tables import NAME_WIDTH_MAX, shorten, width
from wanjia.cli._printed_tables import table as printed_table
from wanjia.kernels.history.audit import Audit
from wanjia.kernels.history.lateness import Verdict
from wanjia.kernels.history.ordering import BOTH_CASES_MIN, EITHER_ORDER_SHARE_MIN, MAIN_CASES_SHARE_MIN
from wanjia.kernels.history.rework import ReworkRow
from wanjia.kernels.history.spread import Spread, share
from wanjia.kernels.history.timing import Place
from wanjia.kernels.history.whatif import Comparison
from wanjia.texts import say

ROWS_MAX = 12
"""Rows of one table of the report; all of them are in --json."""

LONGEST_MAX = 5
LONGEST_STEPS_MIN = 20
"""Timed steps below which a mean says more about one case than about a department."""

Say = Callable[..., str]


def speaker(language: str) -> Say:
    """`say` for the report's own keys."""

    def speak(key: str, **values: object) -> str:
        return say(f"history.{key}", language, **values)

    return speak


def report(file: str, found: Audit, practice: dict[str, Any] | None, language: str) -> str:
    """The whole report."""
    speak = speaker(language)
    first, last = (at.date().isoformat() for at in (found.first_at, found.as_of))
    head = [
        speak("title", file=file),
        speak("period", cases=count(found.cases), events=count(found.events), first=first, last=last),
    ]
    parts = [head, _cases(found, speak), _phases(found, speak)]
    parts += [_departments(found, speak), _groups(found, speak), _activities(found, speak)]
    parts += [_rework(found, speak), _clocks(found, practice, speak)]
    parts += [_comparison(row, speak) for row in found.comparisons] or [_uncompared(speak)]
    parts += [_assumed(found, speak, language), _hint(found, speak), _conclusion(found, speak)]
    return "\n\n".join("\n".join(map(printable, lines)) for lines in parts if lines)


# Numbers and tables


def count(number: int) -> str:
    """1,434."""
    return f"{number:,}"


def days(number: float | None) -> str:
    """Days with two digits, `-` where there is no figure, `<0.01` where rounding would say nothing happened."""
    if number is None:
        return "-"
    return "<0.01" if 0 < number < 0.005 else f"{number:,.2f}"


def percent(part: float | None) -> str:
    """92.7%."""
    return "-" if part is None else f"{part:.1%}"


def printable(text: str) -> str:
    """Control characters out of a log must not reach the terminal, which would obey them."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], names: int = 1) -> list[str]:
    """Aligned lines with a header, indented by two."""
    return printed_table([header, *rows], names, indent="  ")


def _capped(rows: Sequence[Any], speak: Say, limit: int = ROWS_MAX) -> tuple[Sequence[Any], list[str]]:
    """The rows to show, and the line that says how many are not."""
    more = len(rows) - limit
    return rows[:limit], ["  " + speak("further", n=more)] if more > 0 else []


def named(name: str, speak: Say) -> str:
    """A name, or that there is none."""
    return name or speak("not_named")


# Parts


def _cases(found: Audit, speak: Say) -> list[str]:
    late = found.deadline.days_late
    rows = [
        (speak("cases_all"), count(found.cases), ""),
        (speak("cases_ended"), count(found.ended), speak("of_all", share=percent(share(found.ended, found.cases)))),
        (
            speak("cases_late"),
            count(found.late),
            speak(
                "of_ended",
                share=percent(share(found.late, found.ended)),
                median=days(late.median_days),
                p90=days(late.p90_days),
            ),
        ),
        (
            speak("cases_overdue"),
            count(found.open_overdue),
            speak("at_log_end", at=f"{found.as_of:%Y-%m-%d %H:%M} UTC"),
        ),
    ]
    names, counts = (max(width(row[at]) for row in rows) for at in (0, 1))
    lines = [f"  {name}{' ' * (names - width(name))}  {n:>{counts}}  {note}".rstrip() for name, n, note in rows]
    lacks = [] if found.ended else ["  " + speak("no_ends")]
    lacks += [] if found.deadline.ran else ["  " + speak("no_deadlines")]
    return [speak("h_cases"), *lines, *lacks]


def _phases(found: Audit, speak: Say) -> list[str]:
    parts = {
        "before_first": found.phases.before_first,
        "between": found.phases.between,
        "after_last": found.phases.after_last,
        "whole": found.phases.whole,
    }
    header = [speak(key) for key in ("part", "c_cases", "c_mean", "c_median", "c_p90", "c_total")]
    rows = [[speak(key), count(part.n), *_spread(part), days(part.total_days)] for key, part in parts.items()]
    notes = []
    if found.phases.contradicting:
        notes.append("  " + speak("contradicting", n=found.phases.contradicting))
    logged = "start_logged" if found.starts else "only_complete"
    notes.append("  " + speak(logged, n=count(found.starts), all=count(found.steps)))
    return [speak("h_phases"), *table(header, rows), *notes]


def _spread(part: Spread) -> list[str]:
    return [days(part.mean_days), days(part.median_days), days(part.p90_days)]


PLACE_COLUMNS = ("c_steps", "c_timed", "c_mean", "c_median", "c_p90", "c_total", "c_share")
SPLIT_COLUMNS = ("c_waiting", "c_working", "c_returned")


def _place(place: Place, speak: Say) -> list[str]:
    total = days(place.spread.total_days)
    figures = [count(place.steps), count(place.spread.n), *_spread(place.spread), total, percent(place.share)]
    split = [days(place.waiting_days), days(place.working_days), days(place.returned_days)]
    return [named(place.name, speak), *figures, *split]


def _groups(found: Audit, speak: Say) -> list[str]:
    shown, more = _capped(found.groups, speak)
    header = [speak(key) for key in ("c_group", *PLACE_COLUMNS, *SPLIT_COLUMNS)]
    lines = table(header, [_place(place, speak) for place in shown])
    return [speak("h_groups"), *lines, *more, *_longest("longest_groups", found.groups, speak)]


def _activities(found: Audit, speak: Say) -> list[str]:
    shown, more = _capped(found.activities, speak)
    header = [speak(key) for key in ("c_activity", *PLACE_COLUMNS)]
    return [speak("h_activities"), *table(header, [_place(place, speak)[:-3] for place in shown]), *more]


def _departments(found: Audit, speak: Say) -> list[str]:
    shown, more = _capped(found.departments, speak)
    keys = ("c_department", "c_cases", "c_ended", "c_late", "c_late_share", *PLACE_COLUMNS)
    rows = []
    for row in shown:
        name, *figures = _place(row.place, speak)[:-3]
        ends = [count(row.place.cases), count(row.ended), count(row.late), percent(share(row.late, row.ended))]
        rows.append([name, *ends, *figures])
    places = [row.place for row in found.departments]
    lines = table([speak(key) for key in keys], rows)
    return [speak("h_departments"), *lines, *more, *_longest("longest_departments", places, speak)]


def _longest(key: str, places: Iterable[Place], speak: Say) -> list[str]:
    """The longest mean waits of those with enough steps."""
    enough = [place for place in places if place.spread.n >= LONGEST_STEPS_MIN]
    ranked = sorted(enough, key=lambda place: (-(place.spread.mean_days or 0.0), place.name))[:LONGEST_MAX]
    items = [
        speak("longest_item", name=named(place.name, speak), mean=days(place.spread.mean_days), n=count(place.spread.n))
        for place in ranked
    ]
    rule = speak("longest_rule", n=LONGEST_STEPS_MIN)
    return [f"  {speak(key, list=speak('comma').join(items))} {rule}"] if items else []


def _rework(found: Audit, speak: Say) -> list[str]:
    rework = found.rework
    told = [
        speak(
            "rework_cases", n=count(rework.cases_repeated), all=count(rework.cases),
            returned=count(rework.cases_returned), share=percent(rework.first_time_right_share),
        ),
        speak(
            "rework_steps", repeated=count(rework.repeated), returned=count(rework.returned),
            days=days(rework.loop_days), share=percent(rework.loop_share),
        ),
    ]  # fmt: skip
    if not rework.repeated:
        return [speak("h_rework"), f"  {told[0]}"]
    told.append(
        speak(
            "rework_cost", with_days=days(rework.with_returns.mean_days),
            without_days=days(rework.without_returns.mean_days), with_late=percent(rework.late_share_with_returns),
            without_late=percent(rework.late_share_without_returns),
        )
    )  # fmt: skip
    rows = _rework_table("c_activity", rework.activities, speak) + _rework_table("c_group", rework.groups, speak)
    return [speak("h_rework"), *(f"  {line}" for line in told), *rows, *_returns(found, speak)]


def _rework_table(first: str, rows: Sequence[ReworkRow], speak: Say) -> list[str]:
    shown, more = _capped([row for row in rows if row.repeated], speak, limit=8)
    header = [speak(key) for key in (first, "c_cases", "c_right", "c_again", "c_back", "c_days")]
    cells = [
        [named(row.name, speak), count(row.cases), percent(row.first_time_right_share), count(row.repeated),
         count(row.returned), days(row.repeat_days)]
        for row in shown
    ]  # fmt: skip
    return [*table(header, cells), *more]


def _returns(found: Audit, speak: Say) -> list[str]:
    shown, more = _capped(found.rework.returns, speak, limit=6)
    header = [speak(key) for key in ("c_from", "c_to", "c_times", "c_loop")]
    cells = [[row.came_from, row.back_to, count(row.times), days(row.loop_days.mean_days)] for row in shown]
    return [*table(header, cells, names=2), *more] if shown else []


def _clocks(found: Audit, practice: dict[str, Any] | None, speak: Say) -> list[str]:
    keys = ("c_clock", "c_limit", "c_ran", "c_ended", "c_broken_late", "c_open_overdue", "c_median_late")
    rows = [_verdict(speak("own_deadline"), found.deadline, speak)] if found.deadline.ran else []
    rows += [_verdict(row.clock_id, row, speak) for row in found.clocks]
    notes = _worst(found.deadline, speak)
    for clock in practice["clocks"] if practice else ():
        median = clock["days_late"]["median_days"]
        figures = [count(clock[key]) for key in ("ran", "ended", "late", "open_overdue")]
        rows.append([clock["name"], _limit(clock["limit"], speak), *figures, days(median)])
        notes += [f"  {clock['name']}: {note}" for note in clock["assumptions"]]
    for clock in practice["not_replayed"] if practice else ():
        notes.append("  " + speak("not_replayed", name=clock["name"], reason=clock["reason"]))
    return [speak("h_clocks"), *table([speak(key) for key in keys], rows, names=2), *notes] if rows or notes else []


def _limit(limit: str, speak: Say) -> str:
    """`5 working_days` as people say it; nothing for the log's own deadline, which differs from case to case."""
    number, _, unit = limit.partition(" ")
    return speak(f"unit_{unit}", n=number) if unit else ""


def _verdict(name: str, row: Verdict, speak: Say) -> list[str]:
    figures = [count(number) for number in (row.ran, row.ended, row.late, row.open_overdue)]
    return [name, _limit(row.limit, speak), *figures, days(row.days_late.median_days)]


def _worst(deadline: Verdict, speak: Say) -> list[str]:
    worst = deadline.broken[:LONGEST_MAX]
    items = [speak("worst_item", case=run.case_id, days=days(run.late_days)) for run in worst]
    return ["  " + speak("worst", list=speak("comma").join(items))] if items else []


def practice_notes(keys: Iterable[str], language: str) -> list[str]:
    """What the replay of a practice's clock had to leave out, as sentences."""
    return [say(key, language) for key in keys]


# Serial against parallel


def assumptions_of(found: Audit, row: Comparison, language: str) -> list[str]:
    """What is measured and what is assumed in one comparison, as sentences."""
    speak = speaker(language)
    keys = ("a_measured", "a_branches", "a_duration", "a_rest", "a_readings", "a_deadline")
    told = [speak(key) for key in keys]
    if not found.starts:
        told.append(speak("only_complete"))
    if row.plan.proposed:
        limits = {"main": f"{MAIN_CASES_SHARE_MIN:.0%}", "either": f"{EITHER_ORDER_SHARE_MIN:.0%}"}
        told.append(speak("a_proposed", cases=BOTH_CASES_MIN, **limits))
    return told


def _uncompared(speak: Say) -> list[str]:
    return [speak("h_parallel", name="-"), "  " + speak("no_parallel")]


def _comparison(row: Comparison, speak: Say) -> list[str]:
    head = speak("h_parallel", name=speak("proposed_name") if row.plan.proposed else row.plan.name)
    if not row.cases_compared:
        return [head, "  " + speak("no_compared")]
    shown, more = _capped(row.branches, speak)
    branches = [
        [_branch_name(row, at, speak), count(branch.cases), days(branch.span.mean_days), days(branch.own.mean_days)]
        for at, branch in enumerate(shown, start=1)
    ]
    header = [speak(key) for key in ("branch", "c_cases", "c_span", "c_own")]
    sizes = {"n": count(row.cases_compared), "one": count(row.cases_one_branch), "overlapping": count(row.overlapping)}
    return [head, "  " + speak("compared", **sizes), *table(header, branches), *more, *_totals(row, speak)]


def _assumed(found: Audit, speak: Say, language: str) -> list[str]:
    """The sentences of all comparisons, each once."""
    told = dict.fromkeys(sentence for row in found.comparisons for sentence in assumptions_of(found, row, language))
    return [speak("assumptions"), *(f"  - {sentence}" for sentence in told)] if told else []


def _branch_name(row: Comparison, at: int, speak: Say) -> str:
    branch = row.branches[at - 1]
    if not row.plan.proposed:
        return branch.name
    each = max(8, (NAME_WIDTH_MAX - 12) // len(branch.activities))
    return speak("branch_n", n=at, activities=" + ".join(shorten(name, each - 3) for name in branch.activities))


def _totals(row: Comparison, speak: Say) -> list[str]:
    keys = ("c_reading", "c_case_days", "c_saved", "c_saved_share", "c_saved_mean", "c_saved_p90")
    header = [*(speak(key) for key in keys), speak("late_of", n=count(row.with_deadline))]
    none = ["", "", "", ""]
    cautious = _saving(row.saved_days, row.saved_share, row.saved)
    best = _saving(row.saved_best_days, row.saved_best_share, row.saved_best)
    rows = [
        [speak("serial"), days(row.logged_days), *none, count(row.late_logged)],
        [speak("parallel_cautious"), days(row.parallel_days), *cautious, count(row.late_parallel)],
        [speak("parallel_best"), days(row.parallel_best_days), *best, count(row.late_parallel_best)],
    ]
    return table(header, rows)


def _saving(saved_days: float, saved_share: float | None, saved: Spread) -> list[str]:
    return [days(saved_days), percent(saved_share), days(saved.mean_days), days(saved.p90_days)]


def _hint(found: Audit, speak: Say) -> list[str]:
    shown, more = _capped(found.either_order, speak, limit=8)
    header = [speak(key) for key in ("c_first", "c_second", "c_both", "c_first_before", "c_second_before", "c_share")]
    rows = [
        [pair.first, pair.second, *map(count, (pair.cases_both, pair.first_before, pair.second_before)),
         percent(pair.either_order_share)]
        for pair in shown
    ]  # fmt: skip
    return [speak("hint"), *table(header, rows, names=2), *more] if shown else []


def _conclusion(found: Audit, speak: Say) -> list[str]:
    """How much of the whole the steps are; only where the log knows the whole."""
    phases = found.phases
    if not phases.complete_cases:
        return []
    shares = (phases.between_share, phases.before_first_share, phases.after_last_share)
    between, before, after = map(percent, shares)
    return [speak("conclusion_steps", n=count(phases.complete_cases), between=between, before=before, after=after)]
