"""Start, Complete, ReturnTo: the work itself goes forward or back."""

from collections.abc import Mapping

from wanjia.engine.clockwork import task_gone, trigger
from wanjia.engine.draft import Draft
from wanjia.engine.motion import left_over, new_move, settle
from wanjia.engine.nouns import CaseState, Complete, Definition, ReturnTo, Start, TaskKind
from wanjia.engine.process.plan import plan_of
from wanjia.engine.process.returning import allowed_targets, returned
from wanjia.engine.process.tokens import Token, all_tokens, branch_of, outward, path_to, tokens_from_json
from wanjia.engine.registers import on_return
from wanjia.model.jsonvalue import Facts

START = "start"


def start(draft: Draft, event: Start) -> None:
    """The case comes to life: its clocks first, then its tokens."""
    check_answers(draft, event.facts)
    draft.facts.update(event.facts)
    draft.record("started")
    trigger(draft, "case_started", None)
    settle(draft, new_move(draft, (Token(START, fresh=True),)))


def complete(draft: Draft, event: Complete) -> None:
    """A person's task is done. A task whose opinions are still out has to wait for them."""
    task = draft.task(event.task_key)
    if task.kind is TaskKind.OPINION:
        draft.refuse("opinion_needs_answer", task=event.task_key)
    waiting = draft.opinions_on(event.task_key)
    if waiting:
        draft.refuse("opinion_open", task=event.task_key, count=len(waiting))
    check_answers(draft, event.answers)
    _check_eyes(draft, event)
    finish(draft, event.task_key, event.answers)


def _check_eyes(draft: Draft, event: Complete) -> None:
    step = draft.tasks[event.task_key].step
    earlier = _earlier(draft.definition, draft.tokens, draft.done_by, event.task_key, step)
    if earlier is not None and earlier[1] == event.actor:
        draft.refuse("same_person", task=event.task_key, step=step, other=earlier[0])


def four_eyes(definition: Definition, state: CaseState, key: str) -> tuple[str, str] | None:
    """The earlier step that an open task checks, and who did it, who may not do this one. None: anybody may."""
    step = next((task.step for task in state.tasks if task.key == key), "")
    if step not in definition.four_eyes or not isinstance(state.process, dict):
        return None
    return _earlier(definition, tokens_from_json(state.process.get("tokens", [])), state.done_by, key, step)


def _earlier(
    definition: Definition, tokens: tuple[Token, ...], done_by: Mapping[str, str], key: str, step: str
) -> tuple[str, str] | None:
    """Four eyes: who did the earlier step, in this branch or around it, may not also do the one that checks it."""
    other = definition.four_eyes.get(step)
    if other is None:
        return None
    places = [_place(branch, other) for branch in outward(branch_of(path_to(tokens, key)))]
    return next(((other, done_by[place]) for place in places if place in done_by), None)


def _place(branch: str, step: str) -> str:
    return f"{branch}/{step}" if branch else step


def finish(draft: Draft, key: str, answers: Facts) -> None:
    """Completes a task and lets everything move on; also used when a deadline answers by silence."""
    step = draft.tasks[key].step
    draft.record("done", task=key, step=step, fields=sorted(answers))
    if step in draft.definition.four_eyes.values():
        draft.done_by[_place(branch_of(path_to(draft.tokens, key)), step)] = draft.actor
    move = new_move(draft)
    move.complete(key, answers)
    settle(draft, move)


def check_answers(draft: Draft, answers: Facts) -> None:
    """Forms check values; here only that every answer is a declared fact, so that nothing unknown is ever stored."""
    unknown = sorted(set(answers) - set(draft.definition.facts))
    if unknown:
        draft.refuse("unknown_fact", facts=", ".join(unknown))


def return_to(draft: Draft, event: ReturnTo) -> None:
    """驳回. What lies after the target is cancelled; what runs beside it goes on."""
    task = draft.task(event.task_key)
    if task.kind is TaskKind.OPINION:
        draft.refuse("opinion_needs_answer", task=event.task_key)
    targets = return_targets(draft, event.task_key)
    if event.to_step not in targets:
        draft.refuse("return_target", task=event.task_key, to=event.to_step, allowed=", ".join(targets))
    draft.record("returned", task=event.task_key, step=task.step, to=event.to_step, reason=event.reason)
    tokens = returned(plan_of(draft.definition.process).diagram, draft.tokens, event.task_key, event.to_step)
    branch = branch_of(path_to(draft.tokens, event.task_key))
    _close_gone(draft, tokens, event.task_key)
    on_return(draft, event.to_step, branch, f"returned:{task.step}")
    trigger(draft, f"returned:{task.step}", event.task_key, branch, task.item)
    task_gone(draft, event.task_key)
    left_over(draft, tokens)
    settle(draft, new_move(draft, tokens))


def return_targets(draft: Draft, key: str) -> list[str]:
    """Steps to which an open task may be returned: those the practice names, else every earlier step of a person."""
    return _targets(draft.definition, draft.task(key).step, draft.tokens, draft.done_steps, key)


def return_targets_of(definition: Definition, state: CaseState, key: str) -> list[str]:
    """The same for a saved case: what a page offers for 驳回. Empty for a task that is not open."""
    step = next((task.step for task in state.tasks if task.key == key and task.kind is TaskKind.USER), None)
    if step is None or not isinstance(state.process, dict):
        return []
    tokens = tokens_from_json(state.process.get("tokens", []))
    return _targets(definition, step, tokens, list(state.done_steps), key)


def _targets(
    definition: Definition, step: str, tokens: tuple[Token, ...], done_steps: list[str], key: str
) -> list[str]:
    rules = definition.steps
    wanted = definition.returns.get(step)
    people = [done for done in done_steps if done in rules and rules[done].kind == "user"]
    candidates = people if wanted is None else [target for target in wanted if target in people]
    return allowed_targets(plan_of(definition.process).diagram, tokens, key, candidates)


def _close_gone(draft: Draft, tokens: tuple[Token, ...], returned_key: str) -> None:
    kept = {token.key for token in all_tokens(tokens)}
    for task in draft.user_tasks():
        if task.key not in kept and task.key in draft.tasks:
            draft.close_task(task.key, "returned" if task.key == returned_key else "cancelled")
            if task.key != returned_key:
                task_gone(draft, task.key)
