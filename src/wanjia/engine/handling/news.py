"""Message, CapabilityDone, CapabilityFailed: something came in from outside the case."""

from wanjia.engine.clockwork import trigger
from wanjia.engine.draft import Draft
from wanjia.engine.handling.work import check_answers
from wanjia.engine.motion import new_move, settle
from wanjia.engine.nouns import CapabilityDone, CapabilityFailed, CaseState, Message, Notify, StepRule
from wanjia.engine.process.tokens import branch_of, path_to, tokens_from_json
from wanjia.model.jsonvalue import Facts

FALLBACK_AUDIENCE = "requester"


def message(draft: Draft, event: Message) -> None:
    """A declared message for whoever waits for it; refused when nobody does, so that no news is lost silently."""
    if event.name not in draft.definition.messages:
        draft.refuse("message_undeclared", message=event.name)
    check_answers(draft, event.payload)
    if not deliver(draft, event.name, event.payload, event.task_key, event.branch):
        draft.refuse("message_unexpected", message=event.name)


def deliver(draft: Draft, name: str, payload: Facts, key: str | None, branch: str | None = None) -> bool:
    """Hands a message over; False, and nothing changed, when nobody waits for it."""
    move = new_move(draft)
    if not move.deliver(name, payload, key, branch):
        return False
    draft.record("message", name=name, task=key, fields=sorted(payload))
    task = draft.tasks.get(key) if key else None
    around = branch_of(path_to(draft.tokens, key)) if key else branch or ""
    trigger(draft, f"message:{name}", key, around, task.item if task else None)
    settle(draft, move)
    return True


def capability_done(draft: Draft, event: CapabilityDone) -> None:
    """The result's fields become facts, by the names that the practice gives them."""
    rule = _waiting(draft, event.task_key)
    outputs = rule.outputs or {name: name for name in event.result if name in draft.definition.facts}
    answers = {fact: event.result[name] for name, fact in outputs.items() if name in event.result}
    draft.record("capability_done", task=event.task_key, step=rule.id, fields=sorted(answers))
    move = new_move(draft)
    move.complete(event.task_key, answers)
    settle(draft, move)


def capability_failed(draft: Draft, event: CapabilityFailed) -> None:
    """Goes to the error event that waits for the code. Without one the case stands still where everybody sees it."""
    rule = _waiting(draft, event.task_key)
    draft.record("capability_failed", task=event.task_key, step=rule.id, code=event.error_code)
    move = new_move(draft)
    if move.fail(event.task_key, event.error_code):
        settle(draft, move)
        return
    values: Facts = {"step": rule.id, "code": event.error_code, "capability": rule.work}
    draft.emit(Notify(rule.role or FALLBACK_AUDIENCE, "case.capability_failed", values))


def awaits_answer(state: CaseState, key: str) -> bool:
    """Whether a saved case still stands at the service task with this key."""
    saved = state.process if isinstance(state.process, dict) else {}
    return bool(path_to(tokens_from_json(saved.get("tokens", [])), key))


def _waiting(draft: Draft, key: str) -> StepRule:
    path = path_to(draft.tokens, key)
    rule = draft.definition.steps.get(path[-1].node) if path else None
    if rule is None or rule.kind != "capability":
        draft.refuse("capability_not_waiting", task=key)
    return rule
