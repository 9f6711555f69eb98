"""indicators.yaml: measures over cases and over register rows, so that no figure is typed in.

duration  time from the first `from` to the first `to` of a case, mean over cases
count     cases for which `where` holds
share     of the cases for which `where` holds, the part for which `of` holds; or, with `clock`, of that clock's
          runs the part that was kept
mean      mean of the expression `of` over the cases for which `where` holds
sum       sum of the column `of` over the rows of `register` that stand, of cases for which `where` holds
entries   how many rows of `register` stand, of cases for which `where` holds
"""

from collections.abc import Iterator

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.checks.rows import repeated_ids
from wanjia.practice.conditions import condition_faults
from wanjia.practice.folder import Folder, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import Indicator

FILE = "indicators.yaml"
# What each measure takes besides `where`: all keys of one of the alternatives.
TAKES: dict[str, tuple[tuple[str, ...], ...]] = {
    "duration": (("from", "to"),),
    "count": ((),),
    "share": (("of",), ("clock",)),
    "mean": (("of",),),
    "sum": (("of", "register"),),
    "entries": (("register",),),
}
PARTS = ("from", "to", "of", "clock", "register")


def indicators_of(folder: Folder) -> tuple[Indicator, ...]:
    """All rows, in the order of the file."""
    return tuple(_indicator(row) for _, row in folder.rows(FILE, "indicators"))


def indicator_faults(folder: Folder) -> Iterator[Fault]:
    """Parts that the measure lacks or does not take, unknown triggers and clocks, wrong expressions, ids used twice."""
    yield from repeated_ids(folder, FILE, "indicators")
    clocks = [str(row.get("id")) for _, row in folder.rows("clocks.yaml", "clocks")]
    for index, row in folder.rows(FILE, "indicators"):
        keys = ("indicators", index)
        yield from _part_faults(folder, index, row)
        if isinstance(row.get("clock"), str) and row["clock"] not in clocks and not folder.unreadable("clocks.yaml"):
            yield unknown("practice.clock_unknown", folder.where(FILE, *keys, "clock"), row["clock"], clocks)
        yield from _register_faults(folder, index, row)
        for key in ("from", "to"):
            yield from _trigger_faults(folder, folder.where(FILE, *keys, key), row.get(key))
        for key, expect in (("of", _expected(row)), ("where", "boolean")):
            if isinstance(row.get(key), str):
                yield from condition_faults(folder, str(row[key]), folder.where(FILE, *keys, key), expect)


def _expected(row: Facts) -> str:
    return "number" if row.get("measure") in ("mean", "sum") else "boolean"


def _register_faults(folder: Folder, index: int, row: Facts) -> Iterator[Fault]:
    """The register is there, and what is summed is one of its columns."""
    registers = {str(found.get("id")): found for _, found in folder.rows("registers.yaml", "registers")}
    name, where = row.get("register"), folder.where(FILE, "indicators", index, "register")
    if isinstance(name, str) and name not in registers and not folder.unreadable("registers.yaml"):
        yield unknown("practice.register_unknown", where, name, registers)
    elif isinstance(name, str) and row.get("measure") == "sum" and name in registers:
        columns, of = as_names(registers[name].get("columns")), row.get("of")
        if isinstance(of, str) and of not in columns:
            where = folder.where(FILE, "indicators", index, "of")
            yield unknown("practice.register_total_unknown", where, of, columns, register=name)


def _part_faults(folder: Folder, index: int, row: Facts) -> Iterator[Fault]:
    measure = row.get("measure")
    given = tuple(part for part in PARTS if part in row)
    if isinstance(measure, str) and measure in TAKES and given not in TAKES[measure]:
        wanted = " | ".join(" + ".join(parts) or "—" for parts in TAKES[measure])
        values = {"measure": measure, "wanted": wanted, "found": " + ".join(given) or "—"}
        yield Fault("practice.measure_parts", folder.where(FILE, "indicators", index), values)


def _trigger_faults(folder: Folder, where: Where, trigger: Json) -> Iterator[Fault]:
    verb, _, name = str(trigger or "").partition(":")
    known = folder.section("messages") if verb == "message" else folder.diagram.steps
    if name and folder.diagram.elements and name not in known:
        yield unknown("practice.trigger_unknown", where, name, known, trigger=trigger)


def _indicator(row: Facts) -> Indicator:
    measure = row["measure"]
    return Indicator(
        id=str(row["id"]),
        unit=str(row["unit"]),
        better="up" if row["better"] == "up" else "down",
        source=str(row["source"]),
        measure=measure if measure in TAKES else "mean",  # type: ignore[arg-type]
        from_trigger=_text(row.get("from")),
        to_trigger=_text(row.get("to")),
        of=_text(row.get("of")),
        where=_text(row.get("where")),
        clock=_text(row.get("clock")),
        register=_text(row.get("register")),
    )


def _text(value: Json) -> str | None:
    return None if value is None else str(value)
