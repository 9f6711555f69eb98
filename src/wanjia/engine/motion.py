"""Carries what moving tokens do into the draft: tasks opened and closed, capabilities called, letters, ends."""

from collections.abc import Callable, Mapping

from wanjia.engine.clockwork import branches_over, case_over, task_gone, task_over, trigger
from wanjia.engine.decisions import DecisionError, decide
from wanjia.engine.draft import Draft
from wanjia.engine.nouns import (
    CallCapability,
    CaseStatus,
    Notify,
    StepRule,
    TaskKind,
    TaskState,
    WriteLetter,
)
from wanjia.engine.process.moving import Happening, Move, What
from wanjia.engine.process.plan import plan_of
from wanjia.engine.process.tokens import Token, branches, inner_branches_of
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts


def known(draft: Draft) -> Facts:
    """All that a condition may read: declared facts (None until answered), settings, answers."""
    return {**draft.definition.unanswered, **draft.settings, **draft.facts}


def new_move(draft: Draft, tokens: tuple[Token, ...] | None = None) -> Move:
    """A move over the draft's tokens, or over the given ones."""
    background = {**draft.definition.unanswered, **draft.settings}
    return Move(
        plan_of(draft.definition.process),
        draft.tokens if tokens is None else tokens,
        draft.facts,
        background,
        draft.definition.item_facts,
        lambda node, facts, item: _perform(draft.definition.steps[node], draft, facts, item),
        draft.sequence,
    )


def settle(draft: Draft, move: Move) -> None:
    """Lets the move run out and takes its happenings into the draft, in their order."""
    draft.tokens = move.run()
    draft.sequence = max(draft.sequence, move.next_key)
    for happening in move.happened:
        _TELL[happening.what](draft, happening)
    left_over(draft, draft.tokens)
    if not draft.tokens:
        _end(draft)


def left_over(draft: Draft, tokens: tuple[Token, ...]) -> None:
    """Branches without a token are over."""
    under_way = {"", *branches(tokens)}
    branches_over(draft, lambda branch: branch not in under_way)


def _perform(rule: StepRule, draft: Draft, facts: Facts, item: Facts | None) -> tuple[What | None, Facts]:
    if rule.kind in ("letter", "notice"):
        return ("letter" if rule.kind == "letter" else "notice"), {}
    try:
        return None, decide(draft.definition.decisions[str(rule.work)], facts, item)
    except DecisionError as problem:
        raise Refused([problem.fault()]) from problem


def _opened(draft: Draft, happening: Happening) -> None:
    rule = draft.definition.steps[happening.node]
    if rule.kind == "user":
        _open_user_task(draft, rule, happening)
    else:
        source = {**known(draft), **(happening.item or {})}
        inputs = {name: source.get(fact) for name, fact in rule.inputs.items()}
        call = CallCapability(happening.key, str(rule.work), inputs, rule.id, happening.branch, happening.item)
        draft.emit(call)
    trigger(draft, f"opened:{rule.id}", happening.key, happening.branch, happening.item)


def _open_user_task(draft: Draft, rule: StepRule, happening: Happening) -> None:
    draft.open_task(TaskState(happening.key, rule.id, TaskKind.USER, rule.role, draft.now, happening.item))


def _reached(draft: Draft, happening: Happening) -> None:
    _inner_over(draft, happening)
    trigger(draft, f"opened:{happening.node}", None, happening.branch, happening.item)


def _done(draft: Draft, happening: Happening) -> None:
    if happening.key in draft.tasks:
        draft.close_task(happening.key, "done")
    if happening.node not in draft.done_steps:
        draft.done_steps.append(happening.node)
    trigger(draft, f"done:{happening.node}", happening.key or None, happening.branch, happening.item)
    task_over(draft, happening.key)
    _inner_over(draft, happening)
    if happening.branch.rpartition("/")[2].startswith(f"{happening.node}["):
        branches_over(draft, lambda branch: branch == happening.branch)


def _inner_over(draft: Draft, happening: Happening) -> None:
    """A multi-instance activity begins or is done: branches of its earlier round, named alike, are over."""
    begin = inner_branches_of(happening.node, happening.branch)
    branches_over(draft, lambda branch: branch.startswith(begin))


def _cancelled(draft: Draft, happening: Happening) -> None:
    if happening.key in draft.tasks:
        draft.close_task(happening.key, "cancelled")
    task_gone(draft, happening.key)


def _letter(draft: Draft, happening: Happening) -> None:
    facts = {**draft.settings, **(happening.facts or {}), **(happening.item or {})}
    draft.emit(WriteLetter(str(draft.definition.steps[happening.node].work), facts))


def _notice(draft: Draft, happening: Happening) -> None:
    notice = str(draft.definition.steps[happening.node].work)
    facts = {**draft.settings, **(happening.facts or {}), **(happening.item or {})}
    draft.emit(Notify(draft.definition.notice_audiences.get(notice, "requester"), f"notices.{notice}", facts))


def _ended(draft: Draft, happening: Happening) -> None:
    """The last end is what came of the case; one beside the main way counts only when there is no other."""
    side = happening.node in plan_of(draft.definition.process).diagram.side_ends
    if draft.reached_end is None or not side:
        draft.reached_end = happening.node


_TELL: Mapping[What, Callable[[Draft, Happening], None]] = {
    "opened": _opened,
    "reached": _reached,
    "done": _done,
    "cancelled": _cancelled,
    "letter": _letter,
    "notice": _notice,
    "ended": _ended,
}


def _end(draft: Draft) -> None:
    end = draft.reached_end
    draft.mark_ended(CaseStatus.ENDED, end)
    draft.record("ended", end=end)
    case_over(draft)
