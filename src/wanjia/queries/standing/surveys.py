"""A case's survey as its organiser sees it while it runs: who is asked and what was printed. Never who answered."""

from dataclasses import dataclass
from datetime import date

from wanjia.model.actors import Actor, may
from wanjia.model.faults import Denied, NotFound
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_page import seen_case
from wanjia.records.cases.subjects import subject_of_case
from wanjia.records.standing.models import Survey

OPENS = "open_survey"


@dataclass(frozen=True)
class GroupRow:
    """A group with how many people it has, and whether tickets were printed for it."""

    group: str
    name: str
    people: int
    issued: int


@dataclass(frozen=True)
class SurveyPage:
    """What is asked of whom until when."""

    number: str
    title: str
    questions: tuple[str, ...]
    groups: tuple[GroupRow, ...]
    closes_on: date
    closed: bool


def survey_page(number: str, actor: Actor, language: str) -> SurveyPage:
    """For whoever has a task of the case. Raises NotFound, Denied."""
    case = seen_case(number, actor)
    survey = Survey.objects.filter(case=case).first()
    if survey is None:
        raise NotFound("survey", number)
    if not may(actor, "case", "complete", subject_of_case(case)):
        raise Denied("case", "complete")
    groups = tuple(
        GroupRow(row["group"], row["name"], row["people"], survey.issued.get(row["group"], 0)) for row in survey.groups
    )
    title = case.title_en if language == "en" else case.title
    return SurveyPage(number, title, tuple(survey.questions), groups, survey.closes_on, survey.closed)


def has_survey(practice: Practice) -> bool:
    """Whether cases of the practice ask in a survey."""
    return any(rule.work == OPENS for rule in practice.definition.steps.values())
