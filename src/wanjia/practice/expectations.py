"""What a scenario expected beside what came: one row for each difference, with the key at which it was expected."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from wanjia.engine.nouns import CaseState, Command, Escalate, Notify, WriteLetter
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.folder import as_mapping, as_names
from wanjia.practice.virtual_case import VirtualCase

NOTICE = "notices."
_Command = TypeVar("_Command", bound=Command)


def differences(case: VirtualCase, expect: Facts) -> Iterator[Mapping[str, object]]:
    """`key`, `what`, `expected`, `found` of everything that did not come out as told."""
    state = case.state
    if state is None:
        return
    found: dict[str, Json] = {
        "end": state.end,
        "status": state.status.value,
        "open": _sorted(task.step for task in state.tasks),
        "letters": _sorted(command.letter for command in _commands(case, WriteLetter)),
        "notices": _sorted(n.key.removeprefix(NOTICE) for n in _commands(case, Notify) if n.key.startswith(NOTICE)),
        "escalations": len(_commands(case, Escalate)),
    }
    for key, value in found.items():
        if key in expect:
            wanted = _sorted(as_names(expect[key])) if isinstance(value, list) else expect[key]
            yield from _row(key, wanted, value)
    for name, wanted in as_mapping(expect.get("facts")).items():
        yield from _row(f"facts.{name}", wanted, state.facts.get(name))
    for name, wanted in as_mapping(expect.get("registers")).items():
        yield from _row(f"registers.{name}", wanted, _register_rows(case, name, wanted))
    for name, wanted in as_mapping(expect.get("clocks")).items():
        yield from _row(f"clocks.{name}", wanted, _clock_words(state, name, wanted))


def _row(key: str, wanted: Json, found: Json) -> Iterator[Mapping[str, object]]:
    if wanted != found:
        yield {"key": key, "what": key, "expected": _shown(wanted), "found": _shown(found)}


def _register_rows(case: VirtualCase, name: str, wanted: Json) -> Json:
    """The rows that stand, in the order in which they were written; of each only the columns that are expected."""
    rows = [row.values for row in case.standing(name)]
    expected = [as_mapping(row) for row in wanted] if isinstance(wanted, list) else []
    columns = [tuple(row) for row in expected] + [tuple(case.practice.registers[name].columns)] * len(rows)
    return [{column: row.get(column) for column in columns[at]} for at, row in enumerate(rows)]


def _clock_words(state: CaseState, name: str, wanted: Json) -> Json:
    """The status of a clock: one word when all its runs agree, else the list in the order of their starts."""
    runs = sorted((c for c in state.clocks if c.clock == name), key=lambda clock: (clock.started_at, clock.key))
    words: list[Json] = [clock.status.value for clock in runs]
    if isinstance(wanted, list):
        return words
    if not words:
        return "not started"
    return words[0] if all(word == words[0] for word in words) else words


def _commands(case: VirtualCase, kind: type[_Command]) -> list[_Command]:
    return [command for entry in case.journal for command in entry.commands if isinstance(command, kind)]


def _sorted(names: object) -> list[Json]:
    return sorted(names)  # type: ignore[call-overload,no-any-return]


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    return "—" if value is None else str(value)
