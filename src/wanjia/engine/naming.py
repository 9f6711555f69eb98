"""Names that a practice's parts use of each other: facts, decisions, messages, steps, triggers must exist."""

from collections.abc import Iterator, Mapping

from wanjia.engine.expressions import check_names, compile_expression
from wanjia.engine.nouns import ClockRule, RegisterRule, Source
from wanjia.engine.process.diagram import PEOPLE, Diagram, Flow, Node
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json

PROCESS, CLOCKS, PRACTICE, REGISTERS = "process.bpmn", "clocks.yaml", "practice.yaml", "registers.yaml"
# Steps of these kinds are opened and done; triggers may name them.
_TRIGGERING = PEOPLE | {"serviceTask", "businessRuleTask", "sendTask", "receiveTask", "subProcess", "callActivity"}
_BARE_TRIGGERS = ("case_started", "case_ended")
_ACTIONS = ("notify", "escalate", "message", "complete")


def name_faults(diagram: Diagram, source: Source, decisions: Mapping[str, Json]) -> list[Fault]:
    """Every name in the process, the clocks and the practice that stands for nothing."""
    found: list[Fault] = []
    found.extend(_conditions(diagram, source))
    found.extend(_work(diagram, source, decisions))
    found.extend(_messages(diagram, source))
    found.extend(_items(diagram, source))
    for rule in source.clocks:
        found.extend(_clock(diagram, source, rule))
    for register in source.registers:
        found.extend(_register(diagram, source, register))
    found.extend(_steps_named(diagram, source))
    found.extend(_four_eyes(diagram, source))
    return found


def _fault(code: str, node: Node | Flow, **values: object) -> Fault:
    return Fault(f"engine.{code}", Where(PROCESS, node.line), {"id": node.id, **values})


def _conditions(diagram: Diagram, source: Source) -> Iterator[Fault]:
    for flow in diagram.flows:
        if flow.condition:
            where = Where(PROCESS, flow.line, flow.id)
            fields = item_fields(diagram, source, flow.scope)
            yield from _expression(flow.condition, source.facts, fields, where)


def _expression(text: str, facts: Mapping[str, Facts], fields: frozenset[str] | None, where: Where) -> Iterator[Fault]:
    tree, faults = compile_expression(text, where)
    yield from faults
    if tree is not None:
        yield from check_names(tree, facts, fields, where, expect="boolean")


def item_fields(diagram: Diagram, source: Source, scope: str) -> frozenset[str] | None:
    """Fields that `item` has in a scope: the list's schema and all item-scoped facts; None outside a branch."""
    branch = _branch(diagram, scope, set())
    if branch is None:
        return None
    return _fields_of(source, branch)


def _fields_of(source: Source, branch: Node) -> frozenset[str]:
    own = {name for name, fact in source.facts.items() if fact.get("scope") == "item"}
    items = source.facts.get(branch.mi_input, {}).get("items")
    properties = items.get("properties") if isinstance(items, dict) else None
    return frozenset(own | set(properties if isinstance(properties, dict) else ()))


def _branch(diagram: Diagram, scope: str, seen: set[str]) -> Node | None:
    """The nearest multi-instance sub-process or call around a scope."""
    if scope in seen:
        return None
    if diagram.scopes[scope].parent:
        hosts = [diagram.nodes[scope]]
    else:
        hosts = [node for node in diagram.nodes.values() if node.tag == "callActivity" and node.called == scope]
    for host in hosts:
        if host.multi:
            return host
        around = _branch(diagram, host.scope, seen | {scope})
        if around is not None:
            return around
    return None


def _work(diagram: Diagram, source: Source, decisions: Mapping[str, Json]) -> Iterator[Fault]:
    for node in diagram.nodes.values():
        prefix, _, work = node.implementation.partition(":")
        if node.tag == "businessRuleTask" and prefix == "decision" and work and work not in decisions:
            yield _fault("decision_unknown", node, decision=work, known=_listed(decisions))
        if node.tag == "sendTask" and prefix == "notice" and work and work not in source.notice_audiences:
            yield _fault("notice_unknown", node, notice=work, known=_listed(source.notice_audiences))


def _messages(diagram: Diagram, source: Source) -> Iterator[Fault]:
    waited = {node.ref for node in diagram.nodes.values() if node.event == "message"}
    for node in diagram.nodes.values():
        if node.event == "message" and node.ref and node.ref not in source.messages:
            yield _fault("message_unknown", node, message=node.ref, known=_listed(source.messages))
    for name in source.messages:
        if name not in waited:
            yield Fault("engine.message_unused", Where(PRACTICE, 0, f"messages.{name}"), {"message": name})


def _items(diagram: Diagram, source: Source) -> Iterator[Fault]:
    for node in diagram.nodes.values():
        for role, fact in (("loopDataInputRef", node.mi_input), ("loopDataOutputRef", node.mi_output)):
            if fact and source.facts.get(fact, {}).get("type") != "array":
                yield _fault("multi_fact", node, part=role, fact=fact)


def _clock(diagram: Diagram, source: Source, rule: ClockRule) -> Iterator[Fault]:
    for part in ("start", "stop", "pause", "resume"):
        for trigger in getattr(rule, part):
            where = Where(CLOCKS, 0, f"{rule.id}.{part}")
            yield from _trigger(diagram, source, trigger, where)
    if not rule.start:
        yield Fault("engine.clock_never_starts", Where(CLOCKS, 0, rule.id), {"clock": rule.id})
    if rule.scope == "task" and not all(t.startswith("opened:") for t in rule.start):
        yield Fault("engine.clock_task_start", Where(CLOCKS, 0, f"{rule.id}.start"), {"clock": rule.id})
    if rule.scope == "item":
        yield from _item_clock(diagram, rule)
    yield from _clock_reads(diagram, source, rule)
    for part in ("on_warn", "on_expire"):
        for action in getattr(rule, part):
            yield from _action(source, rule, action, Where(CLOCKS, 0, f"{rule.id}.{part}"))


def _item_clock(diagram: Diagram, rule: ClockRule) -> Iterator[Fault]:
    """A clock of a branch hears only steps of one and the same multi-instance activity."""
    seen: set[str] = set()
    for part in ("start", "stop", "pause", "resume"):
        for trigger in getattr(rule, part):
            kind, _, name = trigger.partition(":")
            host = repeating(diagram, name) if kind != "message" and name in diagram.nodes else None
            if host is None or seen - {host.id}:
                where = Where(CLOCKS, 0, f"{rule.id}.{part}")
                yield Fault("engine.clock_item_trigger", where, {"clock": rule.id, "trigger": trigger})
            else:
                seen.add(host.id)


def _clock_reads(diagram: Diagram, source: Source, rule: ClockRule) -> Iterator[Fault]:
    """The condition, and the facts that pick a limit or a date: of the case, or `item.<field>` of the task's item."""
    fields = None if rule.scope == "case" else _clock_fields(diagram, source, rule)
    if rule.when is not None:
        yield from _expression(rule.when, source.facts, fields, Where(CLOCKS, 0, f"{rule.id}.when"))
    for part, name in (("limit_by", rule.limit_by), *(("editions", edition.until) for edition in rule.editions)):
        if name is not None and name.startswith("item.") and name.removeprefix("item.") not in (fields or ()):
            values = {"clock": rule.id, "field": name, "known": ", ".join(sorted(fields or ())) or "-"}
            yield Fault("engine.clock_item_field", Where(CLOCKS, 0, f"{rule.id}.{part}"), values)


def _register(diagram: Diagram, source: Source, rule: RegisterRule) -> Iterator[Fault]:
    """Triggers that exist; item facts only where every event that writes a row lies in a branch whose item has them."""
    for part in ("enter", "strike"):
        for trigger in getattr(rule, part):
            yield from _trigger(diagram, source, trigger, Where(REGISTERS, 0, f"{rule.id}.{part}"))
    hosts = [_host(diagram, trigger) for trigger in rule.enter]
    known = [_fields_of(source, host) for host in hosts if host is not None]
    fields = frozenset.intersection(*known) if known and None not in hosts else None
    for name in (*rule.columns, rule.of, rule.until):
        if name and source.facts.get(name, {}).get("scope") == "item" and name not in (fields or ()):
            where = Where(REGISTERS, 0, f"{rule.id}.columns")
            yield Fault("engine.register_item", where, {"register": rule.id, "fact": name})
    if rule.when is not None:
        yield from _expression(rule.when, source.facts, fields, Where(REGISTERS, 0, f"{rule.id}.when"))


def _host(diagram: Diagram, trigger: str) -> Node | None:
    """The multi-instance activity in which a trigger happens; a message is of the whole case."""
    kind, _, name = trigger.partition(":")
    return repeating(diagram, name) if kind != "message" and name in diagram.nodes else None


def _clock_fields(diagram: Diagram, source: Source, rule: ClockRule) -> frozenset[str] | None:
    """Fields that the item has at every start of the clock; None when one start lies outside of any branch."""
    steps = [trigger.partition(":")[2] for trigger in rule.start]
    hosts = [repeating(diagram, step) if step in diagram.nodes else None for step in steps]
    known = [_fields_of(source, host) for host in hosts if host is not None]
    return frozenset.intersection(*known) if known and None not in hosts else None


def repeating(diagram: Diagram, step: str) -> Node | None:
    """The multi-instance activity that a step is, or in which it lies, nearest first; None outside of any."""
    node = diagram.nodes[step]
    return (
        node if node.multi and node.tag not in ("subProcess", "callActivity") else _branch(diagram, node.scope, set())
    )


def _four_eyes(diagram: Diagram, source: Source) -> Iterator[Fault]:
    """Both steps are done by people, and the earlier one in the same branch as the later one, or around it."""
    for step, other in source.four_eyes.items():
        where = Where(PRACTICE, 0, f"four_eyes.{step}")
        strange = [name for name in (step, other) if not _is_step(diagram, name, PEOPLE)]
        for name in strange:
            yield Fault("engine.four_eyes_unknown", where, {"step": name})
        if not strange and (step == other or not _lies_around(diagram, other, step)):
            yield Fault("engine.four_eyes_apart", where, {"step": step, "other": other})


def _lies_around(diagram: Diagram, other: str, step: str) -> bool:
    host, hosts = repeating(diagram, step), {""}
    while host is not None:
        hosts.add(host.id)
        host = _branch(diagram, host.scope, set())
    around = repeating(diagram, other)
    return (around.id if around else "") in hosts


def _trigger(diagram: Diagram, source: Source, trigger: str, where: Where) -> Iterator[Fault]:
    kind, _, name = trigger.partition(":")
    if trigger in _BARE_TRIGGERS:
        return
    if kind not in ("opened", "done", "returned", "message") or not name:
        yield Fault("engine.trigger_form", where, {"trigger": trigger})
    elif kind == "message" and name not in source.messages:
        yield Fault("engine.trigger_message", where, {"trigger": trigger, "known": _listed(source.messages)})
    elif kind != "message" and not _is_step(diagram, name, PEOPLE if kind == "returned" else _TRIGGERING):
        yield Fault("engine.trigger_step", where, {"trigger": trigger, "step": name})


def _action(source: Source, rule: ClockRule, action: Facts, where: Where) -> Iterator[Fault]:
    for name, value in action.items():
        if name not in _ACTIONS:
            yield Fault("engine.action_unknown", where, {"action": name, "known": ", ".join(_ACTIONS)})
        elif name == "escalate" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            yield Fault("engine.action_escalate", where, {"value": value})
        elif name == "message" and value not in source.messages:
            yield Fault("engine.action_message", where, {"message": value, "known": _listed(source.messages)})
        elif name == "notify" and not _is_audience(value):
            yield Fault("engine.action_notify", where, {"audience": value})
        elif name == "complete":
            yield from _silence(source, rule, value, where)


def _silence(source: Source, rule: ClockRule, value: Json, where: Where) -> Iterator[Fault]:
    if rule.scope == "case" or not isinstance(value, dict):
        yield Fault("engine.action_complete", where, {"clock": rule.id})
        return
    for fact in sorted(set(value) - set(source.facts)):
        yield Fault("engine.action_fact", where, {"fact": fact})


def _is_audience(value: Json) -> bool:
    """A role need not have a lane to be told; whether it is declared, the practice room checks."""
    return isinstance(value, str) and value != ""


def _steps_named(diagram: Diagram, source: Source) -> Iterator[Fault]:
    for step, targets in source.returns.items():
        for name in (step, *targets):
            if not _is_step(diagram, name, PEOPLE):
                yield Fault("engine.returns_unknown", Where(PRACTICE, 0, f"returns.{step}"), {"step": name})
    for name in source.withdraw_until or ():
        if not _is_step(diagram, name, _TRIGGERING):
            yield Fault("engine.withdraw_unknown", Where(PRACTICE, 0, "withdraw.until"), {"step": name})
    target = source.reopen_to
    if target is not None and not (_is_step(diagram, target, PEOPLE) and diagram.nodes[target].scope == diagram.main):
        yield Fault("engine.reopen_unknown", Where(PRACTICE, 0, "reopen.to"), {"step": target})


def _is_step(diagram: Diagram, name: str, tags: frozenset[str]) -> bool:
    return name in diagram.nodes and diagram.nodes[name].tag in tags


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "-"
