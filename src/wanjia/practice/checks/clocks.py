"""Clocks against the diagram: what starts and stops them exists, every limit is stated, every effect has a target."""

from collections.abc import Iterator
from datetime import date

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.checks.rows import item_fields, repeated_ids, trigger_faults
from wanjia.practice.conditions import condition_faults
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown

FILE = "clocks.yaml"
TRIGGERS = ("start", "stop", "pause", "resume")
ITEM = "item."


def faults(folder: Folder) -> Iterator[Fault]:
    """All clocks, row by row."""
    yield from repeated_ids(folder, FILE, "clocks")
    for index, clock in folder.rows(FILE, "clocks"):
        yield from trigger_faults(folder, (FILE, "clocks", index), clock, TRIGGERS)
        yield from _start_faults(folder, index, clock)
        yield from _condition_faults(folder, index, clock)
        yield from _pause_faults(folder, index, clock)
        yield from _edition_faults(folder, index, clock)
        yield from _effect_faults(folder, index, clock)


def _start_faults(folder: Folder, index: int, clock: Facts) -> Iterator[Fault]:
    if not folder.diagram.elements:
        return
    if clock.get("scope") == "task" and not any(t.startswith("opened:") for t in as_names(clock.get("start"))):
        where = folder.where(FILE, "clocks", index, "scope")
        yield Fault("practice.task_clock_start", where, {"clock": clock.get("id")})


def _condition_faults(folder: Folder, index: int, clock: Facts) -> Iterator[Fault]:
    """The condition as far as it can be judged without the diagram; the engine knows the branch and judges again."""
    if isinstance(clock.get("when"), str):
        where = folder.where(FILE, "clocks", index, "when")
        fields = None if clock.get("scope") == "case" else item_fields(folder)
        yield from condition_faults(folder, str(clock["when"]), where, item_fields=fields)


def _pause_faults(folder: Folder, index: int, clock: Facts) -> Iterator[Fault]:
    if bool(clock.get("pause")) != bool(clock.get("resume")):
        has, lacks = ("pause", "resume") if clock.get("pause") else ("resume", "pause")
        where = folder.where(FILE, "clocks", index, has)
        yield Fault("practice.pause_alone", where, {"clock": clock.get("id"), "has": has, "lacks": lacks})


def _edition_faults(folder: Folder, index: int, clock: Facts) -> Iterator[Fault]:
    days: list[str] = []
    for at, edition in enumerate(map(as_mapping, _list(clock.get("editions")))):
        where = folder.where(FILE, "clocks", index, "editions", at)
        day = edition.get("from")
        if isinstance(day, str):
            if not _is_day(day):
                yield Fault("practice.day_wrong", where, {"day": day})
            if day in days:
                yield Fault("practice.edition_twice", where, {"clock": clock.get("id"), "day": day})
            days.append(day)
        if ("limit" in edition) == ("limits" in edition):
            yield Fault("practice.limit_or_limits", where, {"clock": clock.get("id")})
        yield from _limits_faults(folder, (index, at), clock, edition)
        yield from _until_faults(folder, (index, at), edition)
    yield from _limit_by_faults(folder, index, clock)


def _until_faults(folder: Folder, at: tuple[int, int], edition: Facts) -> Iterator[Fault]:
    """A clock ends with a day or at an instant, so the fact is one; the engine sees whether the item has the field."""
    if not isinstance(edition.get("until"), str):
        return
    name, facts = str(edition["until"]).removeprefix(ITEM), folder.section("facts")
    where = folder.where(FILE, "clocks", at[0], "editions", at[1], "until")
    if name not in facts:
        yield unknown("practice.fact_unknown", where, name, facts)
    elif facts[name].get("format") not in ("date", "date-time"):
        yield Fault("practice.until_no_date", where, {"fact": name})


def _limit_by_faults(folder: Folder, index: int, clock: Facts) -> Iterator[Fault]:
    name, facts = _bare(clock.get("limit_by")), folder.section("facts")
    where = folder.where(FILE, "clocks", index, "limit_by")
    if isinstance(name, str) and name not in facts:
        yield unknown("practice.fact_unknown", where, name, facts)
    elif isinstance(name, str) and "enum" not in facts[name]:
        yield Fault("practice.limit_by_choices", where, {"fact": name})


def _limits_faults(folder: Folder, at: tuple[int, int], clock: Facts, edition: Facts) -> Iterator[Fault]:
    if "limits" not in edition:
        return
    where = folder.where(FILE, "clocks", at[0], "editions", at[1], "limits")
    name = _bare(clock.get("limit_by"))
    if name is None:
        yield Fault("practice.limits_without_fact", where, {"clock": clock.get("id")})
        return
    choices = [str(value) for value in _list(folder.section("facts").get(str(name), {}).get("enum"))]
    limits = as_mapping(edition["limits"])
    for value in choices:
        if value not in limits and "when" not in clock:  # a condition may leave a value out on purpose
            yield Fault("practice.limit_lacks", where, {"clock": clock.get("id"), "value": value, "fact": name})
    for value in limits:
        if choices and value and value not in choices:
            yield unknown("practice.word_unknown", where, value, choices)


def _effect_faults(folder: Folder, index: int, clock: Facts) -> Iterator[Fault]:
    for key in ("on_warn", "on_expire"):
        for at, effect in enumerate(map(as_mapping, _list(clock.get(key)))):
            where = folder.where(FILE, "clocks", index, key, at)
            yield from _one_effect(folder, clock, effect, (key, where))
    effects = [as_mapping(effect) for key in ("on_warn", "on_expire") for effect in _list(clock.get(key))]
    if clock.get("waits") and (clock.get("warn") or any("message" not in effect for effect in effects)):
        yield Fault("practice.wait_warns", folder.where(FILE, "clocks", index, "waits"), {"clock": clock.get("id")})


def _one_effect(folder: Folder, clock: Facts, effect: Facts, at: tuple[str, Where]) -> Iterator[Fault]:
    key, where = at
    whom, message = effect.get("notify"), effect.get("message")
    audiences = ("holder", "requester", *folder.section("roles"), *folder.section("notices"))
    if isinstance(whom, str) and whom not in audiences:
        yield unknown("practice.role_unknown", where, whom, audiences)
    if isinstance(message, str) and message not in folder.section("messages"):
        yield unknown("practice.message_unknown", where, message, folder.section("messages"))
    if "complete" in effect and (clock.get("scope") == "case" or key != "on_expire"):
        yield Fault("practice.silence_scope", where, {"clock": clock.get("id")})
    for name in as_mapping(effect.get("complete")):
        if name not in folder.section("facts"):
            yield unknown("practice.fact_unknown", where, name, folder.section("facts"))


def _bare(name: Json) -> Json:
    return name.removeprefix(ITEM) if isinstance(name, str) else name


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
