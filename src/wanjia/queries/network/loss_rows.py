"""Kept results read as lines and sums: which days there are, which districts somebody may see, what they show."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Max, Min, Q

from wanjia.kernels.balance.day.losses import NOTES, REASONS
from wanjia.model.actors import Actor, may
from wanjia.model.faults import Denied
from wanjia.queries.network.losses import BANDS, BandCount, DistrictDay, FlagCount, Rates, next_action
from wanjia.records.cases.models import Case
from wanjia.records.network.likely_cause import likely_cause
from wanjia.records.network.lookups import CODES_IN_QUERY_MAX
from wanjia.records.network.models import DistrictCase, MeasuredDay, TransformerDistrict
from wanjia.series.opening import measurement_store

OBJECT = "measurement"
QUALIFIED = ("economic", "normal")
"""Bands that comply."""
REMARKS = frozenset((*REASONS, *NOTES))


NOTHING = pa.Table.from_batches([], pa.schema([
    ("day", pa.date32()), ("district_id", pa.string()), ("energy_in_kwh", pa.float64()),
    ("energy_out_kwh", pa.float64()), ("loss_kwh", pa.float64()), ("loss_rate", pa.float64()), ("band", pa.string()),
    ("coverage", pa.float64()), ("reason", pa.string()), ("customer_meters", pa.int64()), ("meters", pa.int64()),
    ("findings", pa.string()),
]))  # fmt: skip
"""What a period without any computed day holds; made without a list of values, for which PyArrow would load pandas."""


@dataclass(frozen=True)
class Known:
    """What a line says of a district beside its figures; names in the reader's language."""

    name: str
    organisation: str
    feeder: str


@dataclass(frozen=True)
class Days:
    """The first and the last computed day, and the one that is shown; None before anything was computed."""

    first: date | None
    last: date | None
    shown: date


def allow(actor: Actor) -> None:
    """Raises Denied for whoever sees no measurements anywhere."""
    if not may(actor, OBJECT, "see"):
        raise Denied(OBJECT, "see")


def days_to_show(asked: date | None, today: date) -> Days:
    """The day asked for, else the last computed one."""
    found = MeasuredDay.objects.aggregate(first=Min("day"), last=Max("day"))
    return Days(found["first"], found["last"], asked or found["last"] or today)


def known_districts(districts: Q, language: str) -> dict[str, Known]:
    """By code, those of the filter."""
    name, feeder = ("name_en", "feeder__name_en") if language == "en" else ("name_zh", "feeder__name_zh")
    columns = ("pk", name, "name_zh", "organisation", feeder, "feeder__name_zh")
    rows = TransformerDistrict.objects.filter(districts).values_list(*columns)
    return {code: Known(own or zh, where, line or line_zh) for code, own, zh, where, line, line_zh in rows}


def results(first: date, last: date, codes: Collection[str]) -> pa.Table:
    """Kept results of the days for these districts; a few are asked for by name, many are picked out."""
    table = _kept(first, last, codes)
    return table if "band" in table.column_names else NOTHING


def _kept(first: date, last: date, codes: Collection[str]) -> pa.Table:
    if len(codes) <= CODES_IN_QUERY_MAX:
        return measurement_store().results(first, last, sorted(codes))
    table = measurement_store().results(first, last)
    return table.filter(pc.is_in(table["district_id"].cast(pa.string()), pa.array(sorted(codes), pa.string())))


def lines(table: pa.Table, known: Mapping[str, Known]) -> list[DistrictDay]:
    """A line for every row, in the table's order."""
    rows = table.to_pylist()
    cases = open_cases({row["district_id"] for row in rows if row["band"] not in QUALIFIED})
    return [_line(row, known[row["district_id"]], cases.get(row["district_id"], "")) for row in rows]


def open_cases(codes: Collection[str]) -> dict[str, str]:
    """Number of the running case that was opened from a district's balance, by district; the newest."""
    rows = DistrictCase.objects.order_by("opened_at")
    if len(codes) <= CODES_IN_QUERY_MAX:
        rows = rows.filter(district__in=codes)
    found = [(code, number) for code, number in rows.values_list("district", "case_number") if code in codes]
    running = set(Case.objects.filter(number__in=[number for _, number in found], status=Case.Status.RUNNING)
                  .values_list("number", flat=True))  # fmt: skip
    return {code: number for code, number in found if number in running}


def rates(table: pa.Table) -> Rates:
    """Sums over the rows, of one day or many."""
    columns = {name: _column(table, name) for name in (
        "energy_in_kwh", "energy_out_kwh", "loss_kwh", "coverage", "customer_meters"
    )}  # fmt: skip
    computable = ~np.isnan(columns["loss_kwh"])
    sums = {name: float(columns[name][computable].sum()) for name in ("energy_in_kwh", "energy_out_kwh", "loss_kwh")}
    counts = {band.band: band.districts for band in band_counts(table)}
    qualified, expected = sum(counts[band] for band in QUALIFIED), table.num_rows
    asked = ~np.isnan(columns["coverage"])
    meters = columns["customer_meters"][asked]
    heard = float((columns["coverage"][asked] * meters).sum())
    return Rates(
        expected, int(computable.sum()), qualified, **sums,
        loss_rate=sums["loss_kwh"] / sums["energy_in_kwh"] if sums["energy_in_kwh"] > 0 else None,
        compliance=qualified / expected if expected else None,
        collection=heard / float(meters.sum()) if meters.sum() > 0 else None,
    )  # fmt: skip


def band_counts(table: pa.Table) -> tuple[BandCount, ...]:
    """Rows by band, worst first, all bands."""
    found = {row["values"]: row["counts"] for row in pc.value_counts(table["band"].cast(pa.string())).to_pylist()}
    return tuple(BandCount(band, found.get(band, 0)) for band in BANDS)


def flag_counts(reason: str) -> tuple[FlagCount, ...]:
    """The counts of a result's `reason`: `gap=2` is two meters with gaps."""
    pairs = (part.partition("=") for part in reason.split() if "=" in part)
    return tuple(FlagCount(code, int(count)) for code, _, count in pairs)


def worst_first(found: Iterable[DistrictDay]) -> list[DistrictDay]:
    """By band, then by the energy that is lost or too much; what cannot be computed by coverage."""
    return sorted(found, key=_badness)


def _badness(one: DistrictDay) -> tuple[int, float, float, str]:
    return BANDS.index(one.band), -abs(one.loss_kwh or 0.0), one.coverage or 0.0, one.district


def _line(row: Mapping[str, Any], known: Known, case_number: str) -> DistrictDay:
    reasons = tuple(part for part in row["reason"].split() if part in REMARKS)
    cause = likely_cause(row)
    return DistrictDay(
        row["district_id"], known.name, known.organisation, known.feeder, row["day"], row["energy_in_kwh"],
        row["energy_out_kwh"], row["loss_kwh"], row["loss_rate"], row["band"], row["coverage"], reasons, cause,
        next_action(row["band"], cause), case_number,
    )  # fmt: skip


def _column(table: pa.Table, name: str) -> np.ndarray:
    """A column as float64; null is NaN."""
    return table[name].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
