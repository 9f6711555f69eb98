"""The SQL by which a plain table is read: the columns of a batch, and what is wrong with a row, both in one place."""

from dataclasses import dataclass

import pyarrow as pa

from wanjia.model.readings import SLOT_MINUTES
from wanjia.series.arrival_rows import ENERGY_KWH_MAX, FIRST_DAY, LAST_DAY, METER_CHARACTERS_MAX
from wanjia.series.duckdb.plain.files import PlainFile
from wanjia.series.layout_arrivals import WIDE_SLOTS_MAX

MOMENT = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)"
"""ISO 8601 with an offset; without one nobody knows which hour is meant."""
WIDE_SLOTS_MIN = 92
"""Slots of the shortest day; what lies behind may not be there."""
FIRST, LAST = f"TIMESTAMPTZ '{FIRST_DAY} 00:00:00+00'", f"TIMESTAMPTZ '{LAST_DAY} 00:00:00+00'"


@dataclass(frozen=True)
class Check:
    """A fault of a row: code, column, and the SQL condition under which it has it."""

    code: str
    column: str
    condition: str


@dataclass(frozen=True)
class Asking:
    """SQL of a file: where its rows come from, the columns of a batch, and the checks."""

    source: str
    values: dict[str, object]
    columns: tuple[str, ...]
    checks: tuple[Check, ...]
    shown: tuple[str, ...]

    @property
    def batches(self) -> str:
        """The rows, each with whether anything is wrong with it."""
        is_bad = " OR ".join(check.condition for check in self.checks)
        return f"SELECT {', '.join(self.columns)}, coalesce({is_bad}, true) AS is_bad FROM {self.source}"

    @property
    def faults(self) -> str:
        """Of each row with faults its number from 0, the positions of the checks, and its texts."""
        which = ", ".join(f"CASE WHEN {check.condition} THEN {at} END" for at, check in enumerate(self.checks))
        texts = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in self.shown)
        return (
            f"SELECT row_number, wrong, texts, count(*) OVER () FROM (SELECT row_number, "
            f"list_filter([{which}], lambda one: one IS NOT NULL) AS wrong, [{texts}] AS texts "
            f"FROM (SELECT *, row_number() OVER () - 1 AS row_number FROM {self.source})) "
            f"WHERE len(wrong) > 0 ORDER BY row_number LIMIT $limit"
        )


def asking_of(file: PlainFile, zone: str) -> Asking:
    """How the file is read; the zone says how many slots a day has."""
    source, values = _source(file)
    meter = 'CAST("meter_id" AS VARCHAR)'
    checks = [
        Check("series.meter_empty", "meter_id", f"coalesce(length({meter}), 0) = 0"),
        Check("series.meter_long", "meter_id", f"coalesce(length({meter}), 0) > {METER_CHARACTERS_MAX}"),
    ]
    columns, more, shown = _wide(file, zone) if file.is_wide else _long(file)
    return Asking(source, values, (f"{meter} AS meter_id", *columns), (*checks, *more), ("meter_id", *shown))


def _source(file: PlainFile) -> tuple[str, dict[str, object]]:
    if not file.is_csv:
        return "read_parquet($path, hive_partitioning = false)", {"path": str(file.path)}
    columns = ", ".join(f"'{_quoted(name)}': 'VARCHAR'" for name in file.columns)
    return (
        f"read_csv($path, columns = {{{columns}}}, header = true, delim = ',', quote = '\"', escape = '\"', "
        "auto_detect = false, hive_partitioning = false, store_rejects = true)",
        {"path": str(file.path)},
    )


def _quoted(name: str) -> str:
    return name.replace("'", "''")


def _long(file: PlainFile) -> tuple[tuple[str, ...], list[Check], tuple[str, ...]]:
    names = [name for name in ("energy_kwh", "register_kwh") if name in file.columns]
    at, at_wrong = _moment(file.columns["read_at"])
    checks = [
        Check("series.time_invalid", "read_at", at_wrong),
        Check("series.time_range", "read_at", f"coalesce({at} < {FIRST} OR {at} > {LAST}, false)"),
    ]
    columns = [f'{at} AS "read_at"']
    for name in ("energy_kwh", "register_kwh"):
        if name in names:
            value, more = _number(name, file.columns[name])
            columns.append(f'{value} AS "{name}"')
            checks += more
        else:
            columns.append(f'CAST(NULL AS DOUBLE) AS "{name}"')
    if len(names) == 2:
        both = " AND ".join(f"{_number(name, file.columns[name])[0]} IS NOT NULL" for name in names)
        checks.append(Check("series.two_values", "register_kwh", both))
    if "quality" not in file.columns:
        return (*columns, "CAST(0 AS TINYINT) AS quality"), checks, ("read_at", *names)
    quality = "coalesce(CAST(\"quality\" AS VARCHAR), '')"
    columns.append(f"CAST(CASE WHEN {quality} = 'estimated' THEN 1 ELSE 0 END AS TINYINT) AS quality")
    checks.append(Check("series.quality_unknown", "quality", f"{quality} NOT IN ('', 'measured', 'estimated')"))
    return tuple(columns), checks, ("read_at", *names, "quality")


def _moment(kind: pa.DataType) -> tuple[str, str]:
    """The instant, and when it cannot be told."""
    if pa.types.is_timestamp(kind):
        at = '"read_at"' if kind.tz else "timezone('UTC', \"read_at\"::TIMESTAMP)"
        return f"CAST({at} AS TIMESTAMPTZ)", '"read_at" IS NULL'
    text = "coalesce(CAST(\"read_at\" AS VARCHAR), '')"
    at = f"TRY_CAST({text} AS TIMESTAMPTZ)"
    return at, f"(NOT regexp_full_match({text}, '{MOMENT}') OR {at} IS NULL)"


def _number(name: str, kind: pa.DataType) -> tuple[str, list[Check]]:
    """The value, null where there is none, and what may be wrong with it."""
    column = f'"{name}"'
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_integer(value) or pa.types.is_decimal(value):
        found, wrong = f"CAST({column} AS DOUBLE)", "false"
    elif pa.types.is_float64(value):
        found, wrong = f"CASE WHEN isnan({column}) THEN NULL ELSE {column} END", "false"
    elif pa.types.is_floating(value):  # 0.1 as a short float is meant as 0.1, not as 0.10000000149
        found = f"CASE WHEN isnan({column}) THEN NULL ELSE CAST(CAST({column} AS VARCHAR) AS DOUBLE) END"
        wrong = "false"
    else:
        text = f"trim(coalesce(CAST({column} AS VARCHAR), ''))"
        found = f"TRY_CAST(nullif({text}, '') AS DOUBLE)"
        wrong = f"({text} <> '' AND ({found} IS NULL OR isnan({found})))"
    too_much = f"coalesce(abs({found}) > {ENERGY_KWH_MAX} AND NOT isnan({found}), false)"
    checks = [Check("series.energy_range", name, too_much)]
    if wrong != "false":
        checks.append(Check("series.energy_invalid", name, wrong))
    return found, checks


def _wide(file: PlainFile, zone: str) -> tuple[tuple[str, ...], list[Check], tuple[str, ...]]:
    day, checks = _day(file)
    slots: list[str] = []
    for name in file.slots:
        value, more = _number(name, file.columns[name])
        slots.append(value)
        checks += more
    at = {int(name.removeprefix("slot_")): value for name, value in zip(file.slots, slots, strict=True)}
    for slot, value in at.items():
        if slot >= WIDE_SLOTS_MIN:
            beyond = f"coalesce({value} IS NOT NULL AND NOT isnan({value}) AND {slot} >= {_slots_of(day, zone)}, false)"
            checks.append(Check("series.slot_beyond_day", f"slot_{slot:02d}", beyond))
    values = ", ".join(at.get(slot, "NULL::DOUBLE") for slot in range(WIDE_SLOTS_MAX))
    shown = (*(["day"] if "day" in file.columns else []), *file.slots)
    return (f"{day} AS day", f"[{values}]::DOUBLE[{WIDE_SLOTS_MAX}] AS slots"), checks, shown


def _slots_of(day: str, zone: str) -> str:
    """How many intervals a day has."""
    begin, end = (f"epoch_ms(timezone('{zone}', {one}::TIMESTAMP))" for one in (day, f"({day} + 1)"))
    return f"({end} - {begin}) // {SLOT_MINUTES * 60_000}"


def _day(file: PlainFile) -> tuple[str, list[Check]]:
    if "day" not in file.columns:
        return f"DATE '{file.folder_day}'", []
    day = 'TRY_CAST("day" AS DATE)'
    return day, [
        Check("series.day_invalid", "day", f"{day} IS NULL"),
        Check("series.time_range", "day", f"coalesce({day} < DATE '{FIRST_DAY}' OR {day} > DATE '{LAST_DAY}', false)"),
    ]
