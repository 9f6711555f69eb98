"""A step of a case opens cases of another practice; their ends are news for it; on both stores."""

from datetime import timedelta

import pytest

from tests.support.linked import FOUND, ROUND, end, linked, looked
from tests.support.practices import files_in
from tests.support.world import HOME, World
from wanjia.actions.cases import open_child
from wanjia.actions.cases.activate_practice import activate_practice
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.deliver_news import deliver_news
from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import Case, HistoryEntry, News, Paper, PracticeVersion

__all__ = ["linked"]


def test_every_finding_becomes_a_case_at_the_same_place_asked_for_by_the_chief(linked: World) -> None:
    parent = looked(linked)
    children = list(parent.children.order_by("pk"))
    assert [child.state["facts"]["need"] for child in children] == ["表箱破损", "线路过低"]
    for child in children:
        assert child.practice.name == "meter_test" and child.status == "running"
        assert (child.longitude, child.latitude) == (HOME["longitude"], HOME["latitude"])
        assert (child.cell_path, child.organisation_id) == (parent.cell_path, parent.organisation_id)
        assert child.state["facts"]["place"] == HOME
        assert child.requester == linked.person("chief") and not child.parent_asks
        assert linked.task(child, "handle").holder == linked.person("manager")
        assert broken_links(f"case:{child.pk}") == [] and _verbs(child)[0] == "opened_by_case"
    assert parent.status == "running" and _verbs(parent).count("child_opened") == 2
    assert broken_links(f"case:{parent.pk}") == []


def test_each_end_goes_to_its_own_branch_once_and_the_parent_goes_on_after_the_last(linked: World) -> None:
    parent = looked(linked)
    first, second = parent.children.order_by("pk")
    end(linked, second)
    assert News.objects.filter(settled_at=None).count() == 1
    assert deliver_news(linked.now) == 1 and deliver_news(linked.now) == 0
    assert Case.objects.get(pk=parent.pk).status == "running"
    withdraw_case(first.number, "不用了", linked.actor("chief"), linked.now + timedelta(hours=2))
    assert deliver_news(linked.now) == 1
    over = Case.objects.get(pk=parent.pk)
    assert (over.status, over.end) == ("ended", "finished")
    rows = over.state["facts"]["results"]
    assert [(row["what"], row["child_number"], row["child_end"]) for row in rows] == [
        ("表箱破损", first.number, "withdrawn"), ("线路过低", second.number, "refused"),
    ]  # fmt: skip
    assert [row["finding_case"] for row in rows] == [first.number, second.number]
    assert not News.objects.filter(settled_at=None).exists() and not News.objects.filter(too_late=True).exists()


def test_news_waits_for_whoever_is_not_waiting_yet_and_is_too_late_for_whoever_is_over(linked: World) -> None:
    follow_up: Facts = {"follow_up": True}
    parent = looked(linked, follow_up)
    (child,) = parent.children.all()
    assert parent.status == "ended" and child.parent_asks and child.requester == linked.person("resident")
    end(linked, child)
    assert deliver_news(linked.now) == 1
    assert News.objects.get().too_late
    other = looked(linked)
    news = News.objects.create(case=other, about=child, name="child_ended", branch="", created_at=linked.now)
    assert deliver_news(linked.now) == 1, "asked once"
    assert deliver_news(linked.now) == 0, "and not again before the case has moved"
    assert News.objects.get(pk=news.pk).settled_at is None
    Case.objects.filter(pk=other.pk).update(row_version=other.row_version + 1)
    assert deliver_news(linked.now) == 1


def test_papers_are_handed_on_as_the_child_s_own(linked: World) -> None:
    paper = Paper.objects.create(
        token="p" * 24, name="a.jpg", media_type="image/jpeg", size_bytes=3, sha256="0" * 64, content=b"abc",
        added_by="citizen", added_at=linked.now, upload_key="k1",
    )  # fmt: skip
    parent = looked(linked, photos=[paper.token])
    assert Paper.objects.get(pk=paper.pk).case == parent
    for child in parent.children.all():
        copy = child.papers.get()
        assert child.state["facts"]["photos"] == [copy.token] and copy.token != paper.token
        assert bytes(copy.content) == b"abc" and copy.fact == "photos"


def test_what_is_not_accepted_leaves_no_trace_but_in_the_parent_s_history(linked: World) -> None:
    rows: list[Json] = [{"what": "好的", "kind": "repair"}, {"what": "短" * 600, "kind": "repair"}]
    bad: Facts = {"findings": rows, "follow_up": False}
    parent = looked(linked, bad)
    assert linked.task(parent, "put_right").holder == linked.person("manager")
    assert [child.state["facts"]["need"] for child in parent.children.all()] == ["好的"], "what was accepted stays"
    refusal = HistoryEntry.objects.get(subject=f"case:{parent.pk}", verb="child_refused")
    assert [row["code"] for row in refusal.data["faults"]] == ["form.too_long"]


def test_a_practice_that_is_not_installed_stops_the_case_where_everybody_sees_it(linked: World) -> None:
    PracticeVersion.objects.filter(name="meter_test").update(active=False)
    parent = looked(linked)
    assert parent.status == "running" and not parent.children.exists()
    failed = HistoryEntry.objects.filter(subject=f"case:{parent.pk}", verb="capability_failed")
    assert {row.data["code"] for row in failed} == {"unavailable"}
    activate_practice("meter_test", "0.1.0", SYSTEM, linked.now)


def test_no_circle_and_no_chain_without_end(linked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _circle(linked)
    parent = looked(linked)
    child = parent.children.order_by("pk")[0]
    assert child.practice.name == "other_round"
    complete_task(child.number, linked.task(child, "look").key, FOUND, linked.actor("manager"), linked.now)
    refusal = HistoryEntry.objects.filter(subject=f"case:{child.pk}", verb="child_refused").first()
    assert refusal is not None and refusal.data["faults"][0]["code"] == "case.opens_in_circle"
    monkeypatch.setattr(open_child, "CASES_DEEP_MAX", 1)
    again = looked(linked, {"follow_up": True})
    refusal = HistoryEntry.objects.filter(subject=f"case:{again.pk}", verb="child_refused").first()
    assert refusal is not None and refusal.data["faults"][0]["code"] == "case.too_deep"


def _circle(world: World) -> None:
    """A round that opens other rounds, which open rounds."""
    files = files_in(ROUND)
    text = files["practice.yaml"].decode().replace("kind: kind, need: what,", "reason: what,")
    text = text.replace("kind: own_kind, need: reason,", "reason: reason,")
    text = "\n".join(line for line in text.split("\n") if not line.startswith(("  kind:", "  own_kind:")))
    other = {path: content.replace(b"area_round", b"other_round") for path, content in files.items()}
    other["practice.yaml"] = text.replace("meter_test", "area_round").replace("prefix: AR", "prefix: OR").replace(
        "domain: area_round", "domain: other_round").encode()  # fmt: skip
    again = text.replace("meter_test", "other_round").replace("version: 1.0.0", "version: 1.1.0").encode()
    for one in (other, {**files, "practice.yaml": again, "CHANGELOG.md": b"1.1.0"}):
        install_practice(one, {}, SYSTEM, world.now, run_scenarios=False)


def _verbs(case: Case) -> list[str]:
    rows = HistoryEntry.objects.filter(subject=f"case:{case.pk}").order_by("sequence")
    return list(rows.values_list("verb", flat=True))
