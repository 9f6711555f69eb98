"""The result of `wanjia balance`: the table of districts, totals by feeder, one object, and a summary for people."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from wanjia.adapters.grid_files.metering import Metering
from wanjia.adapters.tables import write_table
from wanjia.kernels.balance.day.bands import BANDS, Edition
from wanjia.kernels.balance.day.expected import Expected, expected_of
from wanjia.kernels.balance.day.flags import FLAGS
from wanjia.kernels.balance.day.losses import REASONS, DistrictDay
from wanjia.kernels.balance.day.reasons import reason_codes
from wanjia.kernels.balance.day.rolling import GroupDay, roll_up
from wanjia.model.network import Measures, Words
from wanjia.texts import say

COLUMNS = ("district_id", "energy_in_kwh", "energy_out_kwh", "loss_kwh", "loss_rate", "band", "coverage", "reason")


@dataclass(frozen=True, eq=False)
class Asked:
    """What was asked: the day, the zone in which it begins, and the bands."""

    day: date
    zone: str
    bands: Edition


def expected_meters(metering: Metering) -> Expected:
    """What the network leads one to expect; a district without listed meters has the customers that its row counts."""
    found = expected_of(metering.district_ids, metering.meters.district, metering.meters.role, metering.capacity_kva)
    listed = found.masters + found.customers + found.generation
    customers = np.where(listed > 0, found.customers, metering.customers)
    return Expected(found.ids, found.masters, customers, found.generation, found.capacity_kva)


def balance_table(found: DistrictDay, districts: Words) -> pa.Table:
    """A row a district, null where nothing can be said."""
    names = pa.array(BANDS)
    return pa.table(
        {
            "district_id": pa.array(districts, pa.string()),
            **{name: _nullable(getattr(found, name)) for name in COLUMNS[1:5]},
            "band": names.take(pa.array(found.band)),
            "coverage": _nullable(found.coverage),
            "reason": pa.array(reason_codes(found), pa.string()),
        }
    )


def _nullable(values: Measures) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


def write_balance(path: Path, table: pa.Table) -> None:
    """CSV or Parquet by the name's ending. Raises OSError."""
    write_table(path, table)


def answer(asked: Asked, found: DistrictDay, metering: Metering, rows: dict[str, int]) -> dict[str, Any]:
    """The object of `--json` without its districts and faults."""
    feeders = sorted({name for name in metering.feeder.tolist() if name})
    at = {name: row for row, name in enumerate(feeders)}
    feeder = np.array([at.get(name, -1) for name in metering.feeder.tolist()], dtype=np.int32)
    whole = roll_up(found, np.zeros(len(found.band), np.int32), 1)
    by_feeder = roll_up(found, feeder, len(feeders))
    slots = int(found.supplied_kwh.shape[1])
    return {
        "day": asked.day.isoformat(),
        "timezone": asked.zone,
        "slots": slots,
        "bands": {"edition": asked.bands.edition, "source": asked.bands.source},
        "readings": rows,
        "total": _group(whole, 0),
        "flagged_meters": dict(zip(FLAGS, found.flagged.sum(axis=0).tolist(), strict=True)),
        "feeders": [{"feeder_id": name, **_group(by_feeder, row)} for row, name in enumerate(feeders)],
    }


def _group(groups: GroupDay, row: int) -> dict[str, Any]:
    def number(values: Measures) -> float | None:
        return None if np.isnan(values[row]) else float(values[row])

    return {
        "districts": int(groups.districts[row]),
        "computable": int(groups.computable[row]),
        "share": number(groups.share),
        **{name: number(getattr(groups, name)) for name in COLUMNS[1:5]},
        "bands": dict(zip(BANDS, groups.bands[row].tolist(), strict=True)),
        "reasons": {code: count for code, count in zip(REASONS, groups.reasons[row].tolist(), strict=True) if count},
    }


def summary(result: dict[str, Any], out: str, language: str) -> str:
    """Some lines for people."""
    total = result["total"]
    lines = [
        say("balance.done", language, day=result["day"], districts=total["districts"], out=out),
        _total_line(total, language),
        _listed("balance.bands", [(say(f"balance.band.{name}", language), count)
                                  for name, count in total["bands"].items()], language),
        _listed("balance.reasons", [(say(f"balance.reason.{name}", language), count)
                                    for name, count in total["reasons"].items()], language),
        _listed("balance.flags", [(say(f"balance.flag.{name}", language), count)
                                  for name, count in result["flagged_meters"].items() if count], language),
    ]  # fmt: skip
    return "\n".join(line for line in lines if line)


def _total_line(total: dict[str, Any], language: str) -> str:
    if not total["computable"]:
        return say("balance.none_computable", language)
    rate = "-" if total["loss_rate"] is None else f"{100 * total['loss_rate']:.2f} %"
    figures = {name: f"{total[name]:,.1f}" for name in ("energy_in_kwh", "energy_out_kwh", "loss_kwh")}
    share = f"{100 * total['share']:.1f} %"
    return say("balance.total", language, computable=total["computable"], share=share, rate=rate, **figures)


def _listed(key: str, counts: list[tuple[str, int]], language: str) -> str:
    if not counts:
        return ""
    return say(key, language, list=say("balance.and", language).join(f"{name} {count}" for name, count in counts))
