"""Open and close the survey of a case: what the capabilities of a survey practice do."""

from collections.abc import Iterable
from datetime import date, datetime

from wanjia.model.actors import Actor
from wanjia.model.anonymity import groups_shown, share_band, total_shown
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.surveys import FAVOURABLE, GROUPS_MAX, PEOPLE_MAX, QUESTIONS, RATHER_NOT, VALUES
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case
from wanjia.records.standing.models import Survey, SurveyTicket

Counts = dict[tuple[str, str, int], int]
"""People by group, question and value."""

TOTAL, ALL_NAME = "all", "—"
"""The cut that is everybody, and what stands where a group would have its name, in any language."""


def open_survey(case: Case, inputs: Facts, actor: Actor, now: datetime) -> Survey:
    """The survey of a case, with its questions, groups and last day. Raises Refused."""
    questions, groups = _questions(inputs.get("questions")), _groups(inputs.get("groups"))
    closes_on = date.fromisoformat(str(inputs["closes_on"]))
    begun = Survey.objects.filter(case=case).exclude(issued={}).exists()  # tickets are out: nothing changes any more
    if begun or not questions or not groups or closes_on < work_calendar().day_of(now):
        raise Refused([Fault("survey.not_askable", Where())])
    values = {"questions": questions, "groups": groups, "closes_on": closes_on}
    survey, _ = Survey.objects.update_or_create(case=case, defaults=values)
    write_history(f"case:{case.pk}", actor, now, [("survey_opened", {"number": len(questions)})])
    return survey


def close_survey(case: Case, actor: Actor, now: datetime) -> Facts:
    """No answers from now on; unused tickets are gone. Gives what may be shown, and fixes it: `answers_count` (0 below
    the threshold), `results`, `withheld_count` (groups not shown apart). Raises Refused without a survey."""
    survey = Survey.objects.select_for_update().filter(case=case).first()
    if survey is None:
        raise Refused([Fault("unavailable", Where())])
    if not survey.closed:
        survey.closed, survey.published = True, published(survey)
        survey.save(update_fields=["closed", "published"])
        SurveyTicket.objects.filter(survey=survey).delete()
        write_history(f"case:{case.pk}", actor, now, [("survey_closed", {})])
    return dict(survey.published)


def published(survey: Survey) -> Facts:
    """Total and groups by the rules of `model/anonymity.py`, each question as a band of the share that agrees."""
    counts = _counted(survey)
    people = {str(row["group"]): _answered(counts, survey, [str(row["group"])]) for row in survey.groups}
    if not total_shown(people):
        return {"answers_count": 0, "withheld_count": 0, "results": []}
    shown = groups_shown(people)
    cuts = [(TOTAL, ALL_NAME, list(people))]
    cuts += [
        (str(row["group"]), str(row["name"]), [str(row["group"])]) for row in survey.groups if row["group"] in shown
    ]
    results: list[Json] = [row for name, title, groups in cuts for row in _figures(survey, counts, name, title, groups)]
    withheld = sum(1 for group, count in people.items() if count and group not in shown)
    return {"answers_count": sum(people.values()), "withheld_count": withheld, "results": results}


def _figures(survey: Survey, counts: Counts, cut: str, name: str, groups: list[str]) -> list[Facts]:
    """One row a question of a cut. Whoever would rather not say counts among the people, not among those who agree;
    so every question of a cut speaks of the same people, and no difference between two of them tells of anybody."""
    answers = _answered(counts, survey, groups)
    rows: list[Facts] = []
    for question in survey.questions:
        favourable = sum(counts.get((group, question, value), 0) for group in groups for value in FAVOURABLE)
        band = share_band(favourable, answers)
        rows.append({"cut": cut, "group_name": name, "question": question, "answers": answers, "agree_percent": band})
    return rows


def _counted(survey: Survey) -> Counts:
    rows = survey.counts.values_list("group", "question", "value", "people")
    return {(group, question, value): people for group, question, value, people in rows}


def _answered(counts: Counts, survey: Survey, groups: Iterable[str]) -> int:
    """People of these groups who answered: every question has a value from each of them."""
    first = survey.questions[0]
    return sum(counts.get((group, first, value), 0) for group in groups for value in (*VALUES, RATHER_NOT))


def _questions(given: Json) -> list[str]:
    wanted = given if isinstance(given, list) else []
    return [name for name in QUESTIONS if name in wanted]


def _groups(given: Json) -> list[Json]:
    """Rows `name`, `people` as `{group, name, people}`; raises Refused for too many, or names that stand twice."""
    rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    named = [(str(row.get("name") or "").strip()[:40], row.get("people")) for row in rows]
    wrong = len(rows) > GROUPS_MAX or len({name for name, _ in named}) < len(rows)
    sizes = [size for _, size in named if isinstance(size, int) and 0 < size <= PEOPLE_MAX]
    if wrong or len(sizes) < len(rows) or not all(name for name, _ in named):
        raise Refused([Fault("survey.groups_wrong", Where("groups"), {"max": GROUPS_MAX, "people": PEOPLE_MAX})])
    return [{"group": f"g{at}", "name": name, "people": size} for at, (name, size) in enumerate(named, 1)]
