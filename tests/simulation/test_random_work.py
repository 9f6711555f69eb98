"""Seeded random work through the real actions on a virtual clock, broken off at random statements; then what must hold.

A crash is an exception out of the middle of a transaction, as a killed process leaves it to the store. Whoever was cut
off sends the same again, as people and programs do. `kill -9` of real processes is in test_kills.py.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.support.world import World
from wanjia.actions.cases.ask_opinion import ask_opinion
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.actions.cases.give_opinion import give_opinion
from wanjia.actions.cases.hold_case import hold_case
from wanjia.actions.cases.merge_case import merge_case
from wanjia.actions.cases.open_case import access_code, opens
from wanjia.actions.cases.pass_on import pass_on
from wanjia.actions.cases.release_case import release_case
from wanjia.actions.cases.reopen_case import reopen_case
from wanjia.actions.cases.return_task import return_task
from wanjia.actions.cases.urge_case import urge_case
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.actions.cases.write_message import write_message
from wanjia.actions.territory.hand_over import hand_over_tasks
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Denied, Refused
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import Case, Clock, HistoryEntry, Task

STEPS = 120
CRASH_SHARE = 0.25
STATEMENTS_MAX = 20
ANSWERS = {
    "answer": [{"outcome": "answered", "answer_text": "好"}, {"outcome": "visit", "answer_text": "好"}],
    "visit": [{"visit_done": "看过了", "visit_place": {"longitude": 119.91, "latitude": 29.91}}],
    "confirm": [{"confirmation": "solved", "stars": 5}, {"confirmation": "not_solved", "remaining": "还没好"}],
    "take_over": [{"outcome": "answered", "answer_text": "好"}],
    "arrange": [{"arranged_as": "none_available", "arrange_note": "没有人"}],
}


class Crash(Exception):
    """The process ends here."""


@contextmanager
def crashing_after(statements: int) -> Iterator[None]:
    """Let so many statements through, then crash; a crash inside the clean-up would be no crash but a bug."""
    left = [statements]

    def count(execute: Callable[..., object], sql: str, *rest: object) -> object:
        left[0] -= 1
        if left[0] < 0 and not sql.startswith(("ROLLBACK", "RELEASE")):
            raise Crash
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        yield


class Work:
    """A day at two stations: what happens is drawn by a seed, and noted when it was acknowledged."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance, self.now = world, random.Random(seed), world.now
        self.accepted: dict[str, str] = {}
        self.met: Counter[str] = Counter()

    def run(self) -> None:
        """So many random steps, each repeated until it is answered."""
        kinds = (self.open, self.open, self.complete, self.complete, self.complete, self.beside, self.hands, self.wait)
        for number in range(STEPS):
            draw = self.chance.choice(kinds)(number)
            while True:
                try:
                    self.attempt(draw)
                    break
                except Crash:
                    self.met["crash"] += 1
        self.now += timedelta(minutes=1)
        while fire_due_clocks(self.now):
            pass

    def attempt(self, deed: Callable[[], object]) -> None:
        """Do it, or crash on the way; a refusal is an answer too."""
        limit = self.chance.randrange(STATEMENTS_MAX) if self.chance.random() < CRASH_SHARE else 10**9
        try:
            with crashing_after(limit):
                deed()
            self.met["done"] += 1
        except (Refused, Denied) as refused:
            self.met[type(refused).__name__] += 1

    def open(self, number: int) -> Callable[[], object]:
        again = self.accepted and self.chance.random() < 0.2
        key = self.chance.choice(sorted(self.accepted)) if again else f"key-{number}"
        line, at = self.chance.choice(["business", "care", "emergency"]), self.now
        extra = {"business": {}, "care": {"care_for": "elderly"}, "emergency": {"danger": "line_down"}}[line]

        def deed() -> None:
            case = self.world.call(key, at, line=line, **extra)
            assert self.accepted.setdefault(key, case.number) == case.number

        return deed

    def case(self, *status: str) -> Case | None:
        rows = Case.objects.filter(status__in=status or ["running"]).order_by("pk")
        return self.chance.choice(rows) if rows else None

    def complete(self, _: int) -> Callable[[], object]:
        tasks = Task.objects.filter(status="open").select_related("case").order_by("pk")
        if not tasks:
            return lambda: None
        task, now = self.chance.choice(tasks), self.now
        if task.kind == "opinion":
            return lambda: give_opinion(task.case.number, task.key, "可以", SYSTEM, now)
        answers = dict(self.chance.choice(ANSWERS[task.step]))
        if answers.get("outcome") == "visit":
            answers["visit_at"] = now.isoformat()
        if task.step == "visit" and self.chance.random() < 0.3:
            return lambda: return_task(task.case.number, task.key, "answer", "改期", SYSTEM, now)
        return lambda: complete_task(task.case.number, task.key, answers, SYSTEM, now)

    def beside(self, _: int) -> Callable[[], object]:
        now, case, ended = self.now, self.case(), self.case("ended")
        if case is None:
            return lambda: None
        other = self.case() or case
        return self.chance.choice([
            lambda: urge_case(case.number, "快点", SYSTEM, now),
            lambda: hold_case(case.number, "等", SYSTEM, now),
            lambda: release_case(case.number, SYSTEM, now),
            lambda: withdraw_case(case.number, "不用了", SYSTEM, now),
            lambda: merge_case(case.number, other.number, SYSTEM, now),
            lambda: write_message(case.number, "你好", SYSTEM, now),
            lambda: reopen_case((ended or case).number, "又坏了", SYSTEM, now),
        ])  # fmt: skip

    def hands(self, _: int) -> Callable[[], object]:
        now, tasks = self.now, Task.objects.filter(status="open", post__isnull=False).select_related("case")
        if not tasks:
            return lambda: None
        task = self.chance.choice(tasks.order_by("pk"))
        person = self.world.person(self.chance.choice(["manager2", "manager3", "senior"])).pk
        return self.chance.choice([
            lambda: pass_on(task.case.number, task.key, f"person:{person}", "忙", SYSTEM, now),
            lambda: ask_opinion(task.case.number, task.key, f"person:{person}", "怎么看", SYSTEM, now),
            lambda: hand_over_tasks([task.pk], person, SYSTEM, now),
        ])  # fmt: skip

    def wait(self, _: int) -> Callable[[], object]:
        self.now += timedelta(minutes=self.chance.choice([5, 30, 120, 600]))
        now: datetime = self.now
        return lambda: fire_due_clocks(now)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_must_hold_holds(world: World, seed: int) -> None:
    work = Work(world, seed)
    work.run()
    assert work.met["crash"] >= 10 and work.met["done"] >= STEPS // 2, work.met
    assert dict(Case.objects.values_list("number", "pk")).keys() == set(work.accepted.values())
    for key, number in work.accepted.items():
        assert opens(Case.objects.get(number=number), access_code(key))
    assert not Clock.objects.filter(next_at__lte=work.now).exists()
    for case in Case.objects.all():
        check_case(case)


def check_case(case: Case) -> None:
    """The saved state and the rows say the same; history is whole; each deadline happened once, warnings first."""
    tasks = dict(Task.objects.filter(case=case, status="open").values_list("key", "step"))
    assert {task["key"]: task["step"] for task in case.state["tasks"]} == tasks
    clocks = dict(Clock.objects.filter(case=case).values_list("key", "status"))
    assert {clock["key"]: clock["status"] for clock in case.state["clocks"]} == clocks
    assert case.status == case.state["status"] and case.on_hold == bool(case.state["process"].get("held"))
    assert (case.status == "running") == (case.ended_at is None) and broken_links(f"case:{case.pk}") == []
    assert case.status == "running" or not tasks
    lines = list(HistoryEntry.objects.filter(subject=f"case:{case.pk}").order_by("sequence"))
    assert sum(line.verb == "started" for line in lines) == 1 and case.stuck == ""
    expired = Counter(line.data["clock"] for line in lines if line.verb == "clock_expired")
    rows = Counter(Clock.objects.filter(case=case, status__in=["expired", "late"]).values_list("clock", flat=True))
    assert expired == rows
    over: set[tuple[str, str | None]] = set()
    for line in lines:
        which = (line.data.get("clock"), line.data.get("task"))
        assert line.verb != "clock_warned" or which not in over or rows[which[0]] > 1
        if line.verb == "clock_expired":
            over.add(which)
