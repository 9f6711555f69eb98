"""A tried-out case as a page shows it: what is open, which clocks run, where the tokens stand, what was sent."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from wanjia.engine import nouns as engine
from wanjia.model.jsonvalue import Facts
from wanjia.practice.answers import START
from wanjia.practice.composing import compose
from wanjia.practice.nouns import Practice
from wanjia.practice.titles import title_of
from wanjia.practice.virtual_case import Happened, VirtualCase
from wanjia.practice.wording import Manner, day_text
from wanjia.queries.cases.clocks import ClockBar, clock_bars
from wanjia.queries.cases.diagram import tokens_of
from wanjia.queries.cases.facts import FactRow, answer_rows, fact_rows, item_text
from wanjia.queries.cases.messages import notice_text
from wanjia.texts import say, table

NUMBER = "000001"
"""A tried-out case has a number too, since letters and notices name it."""


@dataclass(frozen=True)
class TriedTask:
    """One open task; `facts` are what its form may read."""

    state: engine.TaskState
    name: str
    help: str
    item: str
    role: str
    has_form: bool
    shown: tuple[FactRow, ...]
    facts: Facts


@dataclass(frozen=True)
class Line:
    """One thing that happened; `kind` is a word for its sign, `of_deed` tells deeds from what they led to."""

    at: datetime
    kind: str
    text: str
    detail: str = ""

    @property
    def of_deed(self) -> bool:
        """Whether somebody did it, or the clock; what followed by itself stands below."""
        return self.kind in ("deed", "time")


@dataclass(frozen=True)
class TriedLetter:
    """A letter as it would be sent: `content` is what `practice/composing.py` makes."""

    at: datetime
    audience: str
    content: Facts


@dataclass(frozen=True)
class TriedCase:
    """Everything of a case that was tried out so far. Nothing is open before it has begun."""

    now: datetime
    begun: bool
    title: str
    status: str
    end: str
    tasks: tuple[TriedTask, ...]
    clocks: tuple[ClockBar, ...]
    viewer: Mapping[str, Any]
    lines: tuple[Line, ...]
    letters: tuple[TriedLetter, ...]
    notices: tuple[Line, ...]
    facts: tuple[FactRow, ...]


def tried_case(practice: Practice, case: VirtualCase, language: str) -> TriedCase:
    """The page's values."""
    teller = _Teller(practice, case, language)
    state = case.state
    if state is None:
        return TriedCase(case.now, False, "", "", "", (), (), {}, (), (), (), ())
    lines = tuple(line for happened in case.journal for line in teller.lines(happened))
    return TriedCase(
        case.now, True, title_of(practice, state.facts, teller.manner), state.status.value,
        practice.text(f"ends.{state.end}", language) if state.end else "",
        tuple(teller.task(task) for task in state.tasks), clock_bars(practice, state, case.now, language),
        tokens_of(practice, state, {task.key: "" for task in state.tasks}, language), lines,
        tuple(teller.letters()), tuple(line for line in lines if line.kind == "notice"),
        fact_rows(practice, state.facts, language, revealed=True),
    )  # fmt: skip


@dataclass
class _About:
    """The case as letters and notices name it."""

    number: str
    title: str
    title_en: str
    address: str
    requester_name: str


class _Teller:
    """Tells one case in one language."""

    def __init__(self, practice: Practice, case: VirtualCase, language: str) -> None:
        self.practice, self.case, self.language = practice, case, language
        units = {key.removeprefix("unit."): word for key, word in table(language).items() if key.startswith("unit.")}
        self.manner = Manner(language, timezone.get_default_timezone_name(), units)
        self.steps: dict[str, str] = {}
        self._by_kind: dict[type, Callable[[Any, datetime], Iterator[Line]]] = {
            engine.Notify: self._notify, engine.WriteLetter: self._letter, engine.Escalate: self._escalate,
            engine.EndCase: self._end, engine.CallCapability: self._call, engine.ClockChanged: self._clock,
            engine.EnterRow: self._entered, engine.OpenTask: self._opened,
        }  # fmt: skip

    def text(self, key: str) -> str:
        return self.practice.text(key, self.language)

    def task(self, task: engine.TaskState) -> TriedTask:
        state = self.case.state
        assert state is not None
        facts = {**state.settings, **state.facts, **(task.item or {})}
        form = self.practice.forms.get(task.step)
        shows = answer_rows(self.practice, form.shows, facts, self.language) if form else ()
        return TriedTask(
            task, self.text(f"tasks.{task.step}"), self._own(f"tasks.{task.step}.help"),
            item_text(self.practice, task.item, self.language), self.text(f"roles.{task.role}"), form is not None,
            shows, facts,
        )  # fmt: skip

    def _own(self, key: str) -> str:
        found = self.text(key)
        return "" if found == key else found

    def lines(self, happened: Happened) -> Iterator[Line]:
        """The deed, and below it what it led to."""
        deed = self._deed(happened.event)
        followed = [line for command in happened.commands for line in self._told(command, happened.at)]
        if deed:
            yield Line(happened.at, "deed", *deed)
        elif followed and isinstance(happened.event, engine.Tick):
            yield Line(happened.at, "time", say("gallery.line.time", self.language))
        yield from followed

    def _told(self, command: engine.Command, at: datetime) -> Iterator[Line]:
        tell = self._by_kind.get(type(command))
        return tell(command, at) if tell else iter(())

    def _deed(self, event: engine.Event) -> tuple[str, str] | None:
        """(what was done, by whom)."""
        actor = getattr(event, "actor", "")
        who = self.text(f"roles.{actor.removeprefix('role:')}") if actor.startswith("role:") else ""
        if isinstance(event, engine.Start):
            return self.text(f"tasks.{START}") if self._own(f"tasks.{START}") else self.text("name"), who
        if isinstance(event, engine.Complete):
            return self.text(f"tasks.{self.steps.get(event.task_key, '')}"), who
        if isinstance(event, engine.Message):
            return self._own(f"messages.{event.name}") or event.name, who
        if isinstance(event, engine.Tick | engine.CapabilityDone):
            return None
        if isinstance(event, engine.CapabilityFailed):
            return say("gallery.line.failed", self.language, code=event.error_code), ""
        return say(f"gallery.line.{type(event).__name__.lower()}", self.language), who

    def _opened(self, command: engine.OpenTask, at: datetime) -> Iterator[Line]:
        self.steps[command.task.key] = command.task.step
        item = item_text(self.practice, command.task.item, self.language)
        name = " · ".join(part for part in (self.text(f"tasks.{command.task.step}"), item) if part)
        yield Line(at, "opened", name, self.text(f"roles.{command.task.role}"))

    def _notify(self, command: engine.Notify, at: datetime) -> Iterator[Line]:
        words = notice_text(self.practice, self._about(), command.key, command.values, self.language)
        yield Line(at, "notice", words, self._audience(command.audience))

    def _letter(self, command: engine.WriteLetter, at: datetime) -> Iterator[Line]:
        yield Line(at, "letter", str(self._content(command, at)["title"]), self._audience(self._addressee(command)))

    def _escalate(self, command: engine.Escalate, at: datetime) -> Iterator[Line]:
        yield Line(at, "escalated", self.text(f"clocks.{command.clock}"))

    def _end(self, command: engine.EndCase, at: datetime) -> Iterator[Line]:
        end = (
            self.text(f"ends.{command.end}")
            if command.end
            else say(f"desk.status.{command.status.value}", self.language)
        )
        yield Line(at, "end", end)

    def _call(self, command: engine.CallCapability, at: datetime) -> Iterator[Line]:
        yield Line(at, "looked", self._own(f"tasks.{command.step}") or command.capability)

    def _clock(self, command: engine.ClockChanged, at: datetime) -> Iterator[Line]:
        if command.clock.status == engine.ClockStatus.EXPIRED:
            yield Line(at, "expired", self.text(f"clocks.{command.clock.clock}"))

    def _entered(self, command: engine.EnterRow, at: datetime) -> Iterator[Line]:
        yield Line(at, "entered", self._own(f"registers.{command.register}") or command.register)

    def letters(self) -> Iterator[TriedLetter]:
        """All letters, the newest first."""
        for happened in reversed(self.case.journal):
            for command in happened.commands:
                if isinstance(command, engine.WriteLetter):
                    audience = self._audience(self._addressee(command))
                    yield TriedLetter(happened.at, audience, self._content(command, happened.at))

    def _addressee(self, command: engine.WriteLetter) -> str:
        return self.practice.letters[command.letter].audience

    def _content(self, command: engine.WriteLetter, at: datetime) -> Facts:
        about = self._about()
        provided = {
            "case_number": about.number, "letter_number": f"{about.number}-01", "requester": about.requester_name,
            "case_title": about.title, "today": day_text(timezone.localtime(at).date(), self.language),
            "organisation": say("gallery.organisation", self.language), "address": about.address,
        }  # fmt: skip
        return compose(self.practice, command.letter, command.facts, provided, self.manner)

    def _audience(self, audience: str) -> str:
        kind = audience.partition(":")[0]
        if kind in ("requester", "holder"):
            return say(f"gallery.audience.{kind}", self.language)
        return self.text(f"roles.{audience}")

    def _about(self) -> _About:
        facts = self.case.state.facts if self.case.state else {}
        title = title_of(self.practice, facts, self.manner)
        address = next((str(each.get("address") or "") for each in facts.values() if isinstance(each, dict)), "")
        names = [name for name, rule in self.practice.facts.items() if rule.get("format") == "person_name"]
        requester = next((str(facts[name]) for name in names if facts.get(name)), "")
        return _About(f"{self.practice.prefix}{NUMBER}", title, title, address, requester)
