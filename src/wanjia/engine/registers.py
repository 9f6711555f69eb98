"""Registers (台账): which event writes a row, which strikes it, and what becomes of rows when work goes back.

A case remembers only which of its rows stand; what they say goes out with the command that writes them.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from wanjia.engine.draft import Draft
from wanjia.engine.expressions import ExpressionError, compile_expression, evaluate
from wanjia.engine.nouns import CaseStatus, EnteredRow, EnterRow, RegisterRule, StrikeRow
from wanjia.engine.process.diagram import Diagram
from wanjia.engine.process.plan import plan_of
from wanjia.engine.process.tokens import outward
from wanjia.model.faults import Refused, Where
from wanjia.model.jsonvalue import Facts

FILE = "registers.yaml"


def on_trigger(draft: Draft, name: str, branch: str, item: Facts | None) -> None:
    """Something happened in the case: rows are struck first, then written. Raises Refused for a condition that fails.

    Columns are the facts as they are once the event has been worked out, decision tables behind it included.
    """
    if not draft.definition.registers or (name == "case_ended" and draft.status is not CaseStatus.ENDED):
        return
    kind, _, step = name.partition(":")
    if kind == "done":
        draft.entered = tuple(_passed(row, step, branch) for row in draft.entered)
    for rule in draft.definition.registers:
        if name in rule.strike:
            _strike(draft, name, partial(_stands_in, rule.id, branch))
        if name in rule.enter:
            _enter(draft, rule, name, branch, item)


def on_return(draft: Draft, target: str, branch: str, trigger: str) -> None:
    """Work goes back to `target`: rows that lie after it are struck, for they will be written again if they still hold.

    A row that was there before `target` was last done is of an earlier round and stays; so does what a message wrote,
    for news from outside stays true.
    """
    if draft.entered:
        diagram = plan_of(draft.definition.process).diagram
        gone = {target, *diagram.after(target)}
        _strike(draft, trigger, lambda row: branch in outward(row.branch) and _undone(diagram, row, target, gone))


def on_taken_back(draft: Draft, reason: str) -> None:
    """The request was withdrawn or merged: nothing that it entered counts any more."""
    _strike(draft, reason, lambda row: True)


def _stands_in(register: str, branch: str, row: EnteredRow) -> bool:
    return row.register == register and branch in outward(row.branch)


def _undone(diagram: Diagram, row: EnteredRow, target: str, gone: set[str]) -> bool:
    """Whether the step that wrote the row, or what it lies in, comes after the target in this round."""
    if target in row.later or row.step not in diagram.nodes:
        return False
    return bool(gone & {row.step, *diagram.scope_line(diagram.nodes[row.step].scope)})


def _passed(row: EnteredRow, step: str, branch: str) -> EnteredRow:
    if step in row.later or branch not in outward(row.branch):
        return row
    return replace(row, later=(*row.later, step))


def _strike(draft: Draft, reason: str, meant: Callable[[EnteredRow], bool]) -> None:
    for row in filter(meant, draft.entered):
        draft.emit(StrikeRow(row.key, row.register, reason))
        draft.record("row_struck", register=row.register, row=row.key, reason=reason)
    draft.entered = tuple(row for row in draft.entered if not meant(row))


def _enter(draft: Draft, rule: RegisterRule, trigger: str, branch: str, item: Facts | None) -> None:
    facts = {**draft.definition.unanswered, **draft.settings, **draft.facts}
    if rule.when is not None and not _holds(rule, facts, item):
        return
    known = {**facts, **(item or {})}
    kind, _, step = trigger.partition(":")
    row = EnteredRow(draft.next_key("r"), rule.id, "" if kind == "message" else step, branch)
    values: Facts = {name: known.get(name) for name in rule.columns}
    subject, until = (known.get(name) if name else None for name in (rule.of, rule.until))
    until_on = until if isinstance(until, str) and until else None
    draft.entered = (*draft.entered, row)
    draft.emit(EnterRow(row.key, rule.id, branch, trigger, subject, values, until_on))
    draft.record("row_entered", register=rule.id, row=row.key)


def _holds(rule: RegisterRule, facts: Facts, item: Facts | None) -> bool:
    where = Where(FILE, 0, f"{rule.id}.when")
    tree, _ = compile_expression(rule.when or "", where)
    try:
        return evaluate(tree, facts, item) is True
    except ExpressionError as problem:
        raise Refused([problem.fault(where, rule.when or "")]) from problem
