"""Which scenario of a practice is walked, and what must have come out at its end."""

from collections import Counter
from datetime import datetime

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice, Scenario

PLAIN_DEEDS = {"start", "complete", "message", "wait"}
OUT_OF_TIME = {"expired", "late"}


def story_of(practice: Practice) -> Scenario:
    """The scenario marked as the walk, else `usual`, else one on the main way that ends best; always the same one."""
    marked = [scenario for scenario in practice.scenarios if scenario.walk]
    named = [scenario for scenario in practice.scenarios if scenario.name == "usual"]
    if marked or named:
        return (marked or named)[0]
    plain = [scenario for scenario in practice.scenarios if _is_plain(scenario)]
    ends = Counter(str(scenario.expect["end"]) for scenario in plain)
    return min(plain, key=lambda scenario: _rank(practice, scenario, ends))


def stars_of(practice: Practice, scenario: Scenario) -> int:
    """The rating that somebody gives in the story; 0 when nobody does."""
    if practice.rating is None:
        return 0
    given = [_with(row).get(practice.rating.fact) for row in scenario.steps if row.get("task") == practice.rating.task]
    return max((stars for stars in given if isinstance(stars, int)), default=0)


def begins_at(scenario: Scenario) -> datetime:
    """The instant at which the story begins."""
    return datetime.fromisoformat(scenario.starts_at)


def _is_plain(scenario: Scenario) -> bool:
    deeds = {str(row["do"]) for row in scenario.steps}
    fails = any(isinstance(answer, dict) and "error" in answer for answer in _answers(scenario.world))
    return "end" in scenario.expect and deeds <= PLAIN_DEEDS and not fails and not scenario.settings


def _answers(world: Facts) -> list[Json]:
    return [each for answer in world.values() for each in (answer if isinstance(answer, list) else [answer])]


def _rank(practice: Practice, scenario: Scenario, ends: Counter[str]) -> tuple[object, ...]:
    clocks = scenario.expect.get("clocks")
    states = {str(state) for state in clocks.values()} if isinstance(clocks, dict) else set()
    late = bool(states & OUT_OF_TIME) or bool(scenario.expect.get("escalations"))
    usual = -ends[str(scenario.expect["end"])]
    namesake = scenario.name != scenario.expect["end"]
    return usual, -stars_of(practice, scenario), late, namesake, len(scenario.steps), scenario.name


def _with(row: Facts) -> Facts:
    answers = row.get("with")
    return answers if isinstance(answers, dict) else {}
