"""The lot that decides on a check, and what is known of an applicant's earlier cases."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.support.world import World
from wanjia.actions.cases.capabilities.case_outcome import case_outcome
from wanjia.actions.cases.capabilities.drawn_for_check import drawn_for_check
from wanjia.actions.cases.capabilities.earlier_endings import earlier_endings
from wanjia.actions.cases.capabilities.sample_cases import sample_cases
from wanjia.records.cases.models import Case

CASES = 2_000
SPREAD_MAX = 0.04
"""Four standard deviations of a share of 2,000 draws: an honest lot leaves this once in 16,000 tests."""


def test_a_lot_is_drawn_as_often_as_stated_and_never_changes(world: World) -> None:
    cases = [Case(number=f"AC260302{at:06d}") for at in range(CASES)]
    for share in (0, 20, 50, 100):
        drawn = [drawn_for_check({"share_percent": share}, case, world.now) for case in cases]
        assert abs(sum(bool(each["drawn"]) for each in drawn) / CASES - share / 100) < SPREAD_MAX
        assert drawn == [drawn_for_check({"share_percent": share}, case, world.now) for case in cases]
    lots = [each["lot"] for each in drawn]
    assert all(0 <= lot < 100 for lot in lots) and len(set(lots)) > CASES * 0.99  # type: ignore[operator]
    less = {case.number for case in cases if drawn_for_check({"share_percent": 10}, case, world.now)["drawn"]}
    more = {case.number for case in cases if drawn_for_check({"share_percent": 30}, case, world.now)["drawn"]}
    assert less < more, "whoever is drawn at a small share is drawn at a larger one"


def test_earlier_endings_are_the_applicant_s_own_of_this_practice_and_recent(world: World) -> None:
    now = world.repair("new")
    _ended(world, "mine", "911", "revoked", 10)
    _ended(world, "long ago", "911", "revoked", 400)
    _ended(world, "of another", "922", "revoked", 10)
    _ended(world, "newer", "911", "approved", 3)
    found = earlier_endings({"credit_code": "911", "within_days": 365}, now, world.now)["endings"]
    assert [row["end"] for row in found] == ["approved", "revoked"]  # type: ignore[index,union-attr,call-overload]
    assert earlier_endings({"credit_code": "911", "within_days": 5}, now, world.now)["endings"] == found[:1]  # type: ignore[index]
    for nobody in ({"within_days": 365}, {"credit_code": "", "within_days": 365}):
        assert earlier_endings(dict(nobody), now, world.now)["endings"] == []


def _ended(world: World, key: str, code: str, end: str, days_ago: int) -> None:
    case = world.repair(key)
    case.state = {**case.state, "facts": {**case.state["facts"], "credit_code": code}}
    case.status, case.end, case.ended_at = Case.Status.ENDED, end, world.now - timedelta(days=days_ago)
    case.save()


def test_the_outcome_of_another_case_says_how_and_when_it_ended_and_nothing_else(world: World) -> None:
    now = world.repair("now")
    running = world.repair("running")
    _ended(world, "done", "911", "repaired", 3)
    done = Case.objects.exclude(pk__in=(now.pk, running.pk)).get()
    day = (world.now - timedelta(days=3)).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    assert case_outcome({"case_number": f" {done.number} "}, now, world.now) == {
        "found": True, "end": "repaired", "ended_on": day,
    }  # fmt: skip
    assert case_outcome({"case_number": running.number}, now, world.now) == {"found": True, "end": "", "ended_on": ""}
    for nothing in (now.number, "BM000", ""):  # a case proves nothing about itself
        assert case_outcome({"case_number": nothing}, now, world.now)["found"] is False


def test_cases_drawn_as_evidence_are_the_body_s_own_of_the_days_asked_for_and_never_change(world: World) -> None:
    now = world.repair("self")
    for at in range(8):
        _ended(world, f"case {at}", "911", "repaired", 3)
    _ended(world, "long ago", "911", "repaired", 400)
    world.repair("running")
    Case.objects.exclude(pk=now.pk).update(practice=world.call("other").practice)
    Case.objects.filter(number=Case.objects.filter(end="repaired").earliest("pk").number).update(
        organisation="station-2"
    )
    asked = {"first_on": "2026-01-01", "last_on": "2026-12-31", "count": 5}
    got = sample_cases(dict(asked), now, world.now)
    numbers = [row["sample_number"] for row in got["samples"]]  # type: ignore[index,union-attr,call-overload]
    assert got["sample_count"] == len(set(numbers)) == 5 and got == sample_cases(dict(asked), now, world.now)
    own = Case.objects.filter(number__in=numbers, organisation=now.organisation_id, end="repaired")
    assert own.count() == 5 and now.number not in numbers
    assert sample_cases({**asked, "count": 100}, now, world.now)["sample_count"] == 7, "all there are, and no others"
    assert sample_cases({**asked, "last_on": "2026-01-02"}, now, world.now)["samples"] == []
