"""`step`: one event happens to one case. Pure: the same state, event and instant give the same outcome, always."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from wanjia.engine.draft import Draft
from wanjia.engine.handling import ends, hands, news, time, work
from wanjia.engine.life import LIFE
from wanjia.engine.nouns import (
    AskOpinion,
    CapabilityDone,
    CapabilityFailed,
    CaseState,
    CaseStatus,
    Complete,
    Definition,
    Delegate,
    Event,
    GiveOpinion,
    Hold,
    MergeInto,
    Message,
    Outcome,
    PassOn,
    Release,
    Reopen,
    ReturnTo,
    Start,
    Tick,
    Urge,
    Withdraw,
)
from wanjia.model.faults import Fault, Refused
from wanjia.model.working_time import WorkCalendar

_HANDLE: Mapping[type[Event], Callable[[Draft, Any], None]] = {
    Start: work.start,
    Complete: work.complete,
    ReturnTo: work.return_to,
    PassOn: hands.pass_on,
    Delegate: hands.delegate,
    AskOpinion: hands.ask_opinion,
    GiveOpinion: hands.give_opinion,
    Urge: hands.urge,
    Withdraw: ends.withdraw,
    Reopen: ends.reopen,
    MergeInto: ends.merge_into,
    Message: news.message,
    CapabilityDone: news.capability_done,
    CapabilityFailed: news.capability_failed,
    Hold: time.hold,
    Release: time.release,
    Tick: time.tick,
}


def step(
    definition: Definition, state: CaseState | None, event: Event, now: datetime, calendar: WorkCalendar
) -> Outcome:
    """The case after `event`, and what the world must do. `state` is None for Start, and only then.

    `now` is aware. Raises Refused with `engine.*` faults, and then nothing has happened; raises UnknownYear when a
    clock needs a year that the calendar does not hold.
    """
    if now.tzinfo is None:
        raise ValueError("now must carry its time zone")
    draft = _draft(definition, state, event, now.astimezone(UTC), calendar)
    if state is not None and not isinstance(event, Tick):
        _catch_up(draft, event)
    _HANDLE[type(event)](draft, event)
    return draft.outcome()


def _catch_up(draft: Draft, event: Event) -> None:
    """What was due before the event happens before it, so that a worker's pause never changes what a deadline meant."""
    actor, draft.actor = draft.actor, Tick().actor
    time.tick(draft, Tick())
    draft.actor = actor
    _check_status(draft.status, event)


def _draft(
    definition: Definition, state: CaseState | None, event: Event, now: datetime, calendar: WorkCalendar
) -> Draft:
    if isinstance(event, Start):
        if state is not None:
            raise Refused([Fault("engine.already_started")])
        settings = dict(event.settings)
        return Draft(definition, calendar, now, event.actor, facts={}, settings=settings)
    if state is None:
        raise Refused([Fault("engine.not_started")])
    _check_same(definition, state)
    _check_status(state.status, event)
    return Draft.of(definition, state, now, calendar, event.actor)


def _check_status(status: CaseStatus, event: Event) -> None:
    if status not in LIFE[type(event)]:
        values = {"event": type(event).__name__, "status": status.value}
        raise Refused([Fault("engine.wrong_status", values=values)])


def _check_same(definition: Definition, state: CaseState) -> None:
    """A case runs only on the very version that it carries; other versions go through `migrate`."""
    if state.digest != definition.digest:
        values = {"practice": state.practice, "version": state.version, "digest": state.digest[:12]}
        raise Refused([Fault("engine.digest_unknown", values=values)])
