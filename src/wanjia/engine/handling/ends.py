"""Withdraw, Reopen, MergeInto: a case ends or starts again outside its process."""

from wanjia.engine.clockwork import case_over
from wanjia.engine.draft import Draft
from wanjia.engine.motion import new_move, settle
from wanjia.engine.nouns import CaseStatus, MergeInto, Reopen, Withdraw
from wanjia.engine.process.plan import plan_of
from wanjia.engine.process.returning import restarted
from wanjia.engine.registers import on_taken_back


def withdraw(draft: Draft, event: Withdraw) -> None:
    """撤回: allowed while none of the steps that the practice names is done."""
    until = draft.definition.withdraw_until
    if until is None:
        draft.refuse("withdraw_never")
    done = [step for step in until if step in draft.done_steps]
    if done:
        draft.refuse("withdraw_too_late", step=done[0])
    draft.record("withdrawn", reason=event.reason)
    on_taken_back(draft, "withdrawn")
    _stop(draft, CaseStatus.WITHDRAWN)


def merge_into(draft: Draft, event: MergeInto) -> None:
    """The same request as another case: this one ends and points there."""
    draft.merged_into = event.case_number
    draft.record("merged", into=event.case_number)
    on_taken_back(draft, "merged")
    _stop(draft, CaseStatus.MERGED)


def reopen(draft: Draft, event: Reopen) -> None:
    """An ended case runs again from the step that the practice names; its facts stay."""
    target = draft.definition.reopen_to
    if target is None:
        draft.refuse("reopen_never")
    draft.record("reopened", reason=event.reason, to=target, end=draft.end)
    draft.status, draft.end = CaseStatus.RUNNING, None
    settle(draft, new_move(draft, restarted(plan_of(draft.definition.process).diagram, target)))


def _stop(draft: Draft, status: CaseStatus) -> None:
    draft.close_all()
    draft.mark_ended(status, None)
    case_over(draft)
