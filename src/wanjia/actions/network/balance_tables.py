"""The balance of a day as the tables that the measurement store keeps: a row a district, and its curves."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from wanjia.kernels.balance.day.bands import BANDS
from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.losses import DistrictDay
from wanjia.kernels.balance.day.reasons import reason_codes
from wanjia.model.network import Measures

CURVES = ("supplied_kwh", "generated_kwh", "used_kwh")
NO_FINDINGS = "[]"


def district_table(day: DistrictDay, expected: Expected, findings: Mapping[int, Sequence[object]]) -> pa.Table:
    """The columns of `wanjia balance`, then what the pages need beside: coverage of masters, meters, findings as JSON.

    findings: by position of the district, plain values, the likeliest cause first.
    """
    said = [json.dumps(findings[at], ensure_ascii=False) if at in findings else NO_FINDINGS
            for at in range(len(expected.ids))]  # fmt: skip
    return pa.table({
        "district_id": pa.array(expected.ids, pa.string()),
        "energy_in_kwh": _numbers(day.energy_in_kwh),
        "energy_out_kwh": _numbers(day.energy_out_kwh),
        "loss_kwh": _numbers(day.loss_kwh),
        "loss_rate": _numbers(day.loss_rate),
        "band": pa.array([BANDS[code] for code in day.band.tolist()], pa.string()),
        "coverage": _numbers(day.coverage),
        "reason": pa.array(reason_codes(day), pa.string()),
        "master_coverage": _numbers(day.master_coverage),
        "customer_meters": pa.array(expected.customers, pa.int64()),
        "meters": pa.array(expected.masters + expected.customers + expected.generation, pa.int64()),
        "findings": pa.array(said, pa.string()),
    })  # fmt: skip


def curve_table(day: DistrictDay, expected: Expected) -> pa.Table:
    """kWh an interval, null where no reading is; `supplied_kwh` without, `generated_kwh` what rooftops fed in."""
    supplied = day.supplied_kwh - np.nan_to_num(day.generated_kwh)
    columns = dict(zip(CURVES, (supplied, day.generated_kwh, day.used_kwh), strict=True))
    lists = {name: _lists(curve) for name, curve in columns.items()}
    return pa.table({"district_id": pa.array(expected.ids, pa.string()), **lists})


def _numbers(column: Measures) -> pa.Array:
    return pa.array(column, pa.float64(), from_pandas=True)


def _lists(curves: Measures) -> pa.Array:
    count, slots = curves.shape
    offsets = np.arange(0, (count + 1) * slots, slots, dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), _numbers(curves.reshape(-1)))
