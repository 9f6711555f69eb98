"""A running case moves to another version of its practice: token by token, by the upgrade map, or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from wanjia.engine.nouns import CaseState, Definition, EnteredRow, Outcome, Record, TaskState
from wanjia.engine.process.diagram import Diagram
from wanjia.engine.process.plan import plan_of
from wanjia.engine.process.tokens import Token, all_tokens, renamed_branch, tokens_from_json, tokens_to_json
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Json

FILE = "upgrades.yaml"


def migrate(state: CaseState, old: Definition, new: Definition, step_map: Mapping[str, str]) -> Outcome:
    """The case on the new version: same facts, tasks, items and deadlines; only the steps' names may change.

    Running clocks keep the limits under which they began. Raises Refused, with every reason, when a token stands where
    the new diagram has no like step, or a clock or a fact in use is gone.
    """
    if state.digest != old.digest:
        values = {"practice": state.practice, "version": state.version, "digest": state.digest[:12]}
        raise Refused([Fault("engine.digest_unknown", values=values)])
    process = state.process if isinstance(state.process, dict) else {}
    tokens = tokens_from_json(process.get("tokens", []))
    faults = [*_token_faults(tokens, old, new, step_map), *_rest_faults(state, new)]
    if faults:
        raise Refused(faults)
    moved = replace(
        state,
        practice=new.practice,
        version=new.version,
        digest=new.digest,
        process={**process, "tokens": tokens_to_json(_renamed(token, step_map) for token in tokens)},
        tasks=tuple(_task(task, new, step_map) for task in state.tasks),
        clocks=tuple(replace(clock, branch=renamed_branch(clock.branch, step_map)) for clock in state.clocks),
        done_steps=tuple(step_map.get(step, step) for step in state.done_steps),
        entered=tuple(_row(row, step_map) for row in state.entered),
        done_by={_place(place, step_map): actor for place, actor in state.done_by.items()},
    )
    data: dict[str, Json] = {"from": old.version, "to": new.version}
    return Outcome(moved, (Record("upgraded", "system", data),))


def _token_faults(
    tokens: tuple[Token, ...], old: Definition, new: Definition, step_map: Mapping[str, str]
) -> Iterator[Fault]:
    was, becomes = plan_of(old.process).diagram, plan_of(new.process).diagram
    for token in all_tokens(tokens):
        target = step_map.get(token.node, token.node)
        where = Where(FILE, 0, token.node)
        if target not in becomes.nodes:
            yield Fault("engine.upgrade_removed", where, {"step": token.node, "version": new.version})
        elif not _alike(was, becomes, token.node, target, step_map):
            yield Fault("engine.upgrade_changed", where, {"step": token.node, "to": target, "version": new.version})
        elif token.came_from and step_map.get(token.came_from, token.came_from) not in becomes.inputs(target):
            yield Fault("engine.upgrade_join", where, {"step": token.came_from, "join": target})


def _alike(was: Diagram, becomes: Diagram, node: str, target: str, step_map: Mapping[str, str]) -> bool:
    """Whether a token can stand on the new node as it stood on the old: same kind, same repetition, same scope."""
    old, new = was.nodes[node], becomes.nodes[target]
    scope = step_map.get(old.scope, old.scope)
    same_scope = new.scope == scope or (old.scope == was.main and new.scope == becomes.main)
    return (old.tag, old.multi, old.called, old.event) == (new.tag, new.multi, new.called, new.event) and same_scope


def _rest_faults(state: CaseState, new: Definition) -> Iterator[Fault]:
    clocks = {rule.id for rule in new.clocks}
    for name in sorted({clock.clock for clock in state.clocks if clock.stopped_at is None} - clocks):
        yield Fault("engine.upgrade_clock", Where(FILE), {"clock": name, "version": new.version})
    for name in sorted(set(state.facts) - set(new.facts)):
        yield Fault("engine.upgrade_fact", Where(FILE), {"fact": name, "version": new.version})


def _renamed(token: Token, step_map: Mapping[str, str]) -> Token:
    return replace(
        token,
        node=step_map.get(token.node, token.node),
        came_from=step_map.get(token.came_from, token.came_from),
        inside=None if token.inside is None else tuple(_renamed(inner, step_map) for inner in token.inside),
        instances=tuple(_renamed(instance, step_map) for instance in token.instances),
    )


def _row(row: EnteredRow, step_map: Mapping[str, str]) -> EnteredRow:
    step, later = step_map.get(row.step, row.step), tuple(step_map.get(name, name) for name in row.later)
    return replace(row, step=step, branch=renamed_branch(row.branch, step_map), later=later)


def _place(place: str, step_map: Mapping[str, str]) -> str:
    branch, slash, step = place.rpartition("/")
    return f"{renamed_branch(branch, step_map)}{slash}{step_map.get(step, step)}"


def _task(task: TaskState, new: Definition, step_map: Mapping[str, str]) -> TaskState:
    step = step_map.get(task.step, task.step)
    return replace(task, step=step, role=new.steps[step].role)
