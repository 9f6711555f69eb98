"""What happened in a case, as sentences; and whether the chain of entries is unbroken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wanjia.engine.nouns import TaskKind
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import HistoryEntry
from wanjia.records.territory.names import Names
from wanjia.texts import fault_sentence, say

PLAIN = ("reason", "question", "answer", "note", "name", "number", "levels", "code", "into", "case", "outage")
"""Values that a sentence takes as they are."""


@dataclass(frozen=True)
class Deed:
    """One line: who did what, when. `broken` marks an entry whose seal does not fit."""

    sequence: int
    at: datetime
    who: str
    verb: str
    sentence: str
    broken: bool


def case_history(case_id: int, practice: Practice, language: str, requester: int | None = None) -> tuple[Deed, ...]:
    """All entries, newest first. What `requester` (a person's id) did is the requester's: the name stands masked."""
    subject = f"case:{case_id}"
    rows = list(HistoryEntry.objects.filter(subject=subject).order_by("-sequence"))
    broken = set(broken_links(subject))
    names = Names((value for row in rows for value in (row.data.get("to"), row.data.get("from"))), language)
    return tuple(
        Deed(row.sequence, row.at, _who(row, requester, language), row.verb,
             sentence(practice, row.verb, row.data, names, language), row.sequence in broken)
        for row in rows
    )  # fmt: skip


def who_text(actor: str, name: str, language: str) -> str:
    """The name of who did it; the product, a deadline and a requester without an account have words instead."""
    if actor in ("system", "clock", "citizen", "sensing"):
        return say(f"deed.by.{actor}", language)
    if actor.startswith("outside:"):
        return say("deed.by.outside", language, name=name)
    return name or actor


def _who(row: HistoryEntry, requester: int | None, language: str) -> str:
    asked = requester is not None and row.actor == f"person:{requester}"
    return who_text("citizen" if asked else row.actor, row.actor_name, language)


def sentence(practice: Practice, verb: str, data: Facts, names: Names, language: str) -> str:
    """A line of history as people say it."""
    values: dict[str, object] = {name: data.get(name) or "" for name in PLAIN}
    values["distance_m"] = data.get("distance_m", "")
    step = str(data.get("step") or "")
    values["step"] = (
        say("deed.opinion", language) if step == TaskKind.OPINION else practice.text(f"tasks.{step}", language)
    )
    values["clock"] = practice.text(f"clocks.{data.get('clock')}", language)
    values["letter"] = practice.text(f"letters.{data.get('letter')}.title", language)
    values["register"] = practice.text(f"registers.{data.get('register')}", language)
    values["message"] = practice.text(f"messages.{data.get('name')}", language)
    values["end"] = practice.text(f"ends.{data['end']}", language) if data.get("end") else ""
    values["to"] = _target(practice, verb, data, names, language)
    values["from"] = names(data.get("from"))
    values["faults"] = "；".join(_faults(data, language))
    key = f"deed.{verb}" if data.get("to") or verb != "delegated" else "deed.undelegated"
    return say(key, language, **values)


def _faults(data: Facts, language: str) -> Iterator[str]:
    """Why something was not accepted, as it was stored: codes and values."""
    rows = data.get("faults")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            values = row.get("values")
            fault = Fault(str(row.get("code")), Where(), values if isinstance(values, dict) else {})
            yield fault_sentence(fault, language)


def _target(practice: Practice, verb: str, data: Facts, names: Names, language: str) -> str:
    to = data.get("to")
    if verb in ("returned", "reopened"):
        return practice.text(f"tasks.{to}", language)
    return say(f"deed.to.{to}", language) if verb == "message_written" else names(to)
