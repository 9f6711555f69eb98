"""Readings in, computations asked for and followed, district balances out."""

from datetime import date, datetime

import pyarrow as pa
from django.http import HttpRequest
from ninja import Query, Router, Status

from wanjia.actions.network.ask_computation import ask_computation
from wanjia.actions.network.ingest_readings import ingest_readings
from wanjia.model.faults import Fault, Refused, Where
from wanjia.queries.network.parts import Part
from wanjia.queries.network.series_runs import RunLine, run
from wanjia.queries.network.station_view import station_view
from wanjia.series.layout_arrivals import LONG, QUALITIES
from wanjia.web.api.access import SIGNED_IN, acting
from wanjia.web.api.reading_shapes import Computation, LossesOut, LossOut, Reading, Readings, ReceiptOut, RunOut

router = Router(tags=["measurements"], auth=SIGNED_IN)
READINGS_MAX = 10_000
"""Readings of one call; as many fill the largest body. Whole days come as files by the command line."""


@router.post("/readings", response=ReceiptOut)
def ingest(request: HttpRequest, body: Readings):
    """Takes interval energies or registers in: all or none. The same body again changes nothing and says so."""
    actor = acting(request)
    batch = _batch(body.readings)
    receipt = ingest_readings([batch], body.source, actor, request.now)
    return ReceiptOut(
        readings=receipt.readings, days=list(receipt.days), arrivals=list(receipt.arrivals),
        repeated=list(receipt.repeated),
    )  # fmt: skip


@router.post("/computations", response={202: RunOut})
def ask(request: HttpRequest, body: Computation):
    """Asks for a day's computation; the answer's `id` is followed below."""
    found = ask_computation(body.day, acting(request), request.now)
    return Status(202, _run(run(found.pk, request.actor, request.now)))


@router.get("/computations/{key}", response=RunOut)
def follow(request: HttpRequest, key: int):
    """How far a computation is."""
    return _run(run(key, acting(request), request.now))


@router.get("/losses", response=LossesOut)
def losses(
    request: HttpRequest, day: date | None = None, organisation: str = "", cell: str = "", feeder: str = "",
    band: str = Query("", max_length=20),
):  # fmt: skip
    """District balances of a day (the last computed one) in the caller's area, worst first."""
    found = station_view(acting(request), Part(organisation, cell, feeder), day, request.now, request.language, band)
    rows = [
        LossOut(
            district=one.district, name=one.name, organisation=one.organisation, energy_in_kwh=one.energy_in_kwh,
            energy_out_kwh=one.energy_out_kwh, loss_kwh=one.loss_kwh, loss_rate=one.loss_rate, band=one.band,
            coverage=one.coverage, reasons=list(one.reasons), cause=one.cause, action=one.action,
            case_number=one.case_number,
        )
        for one in found.lines
    ]  # fmt: skip
    rates = found.rates
    return LossesOut(
        day=found.day, districts=rows, expected=rates.expected, computable=rates.computable,
        qualified=rates.qualified, loss_rate=rates.loss_rate, compliance=rates.compliance, collection=rates.collection,
    )  # fmt: skip


def _batch(readings: list[Reading]) -> pa.RecordBatch:
    """As the store takes them. Raises Refused with every reading that is none."""
    if len(readings) > READINGS_MAX:
        values: dict[str, object] = {"max": READINGS_MAX, "count": len(readings)}
        raise Refused([Fault("measurement.readings_max", Where("readings"), values)])
    instants = [_instant(one.read_at) for one in readings]
    faults = [
        Fault("measurement.reading_time", Where("readings", at + 1, "read_at"), {"value": readings[at].read_at[:40]})
        for at, instant in enumerate(instants) if instant is None
    ]  # fmt: skip
    faults += [
        Fault("measurement.reading_value", Where("readings", at + 1, "energy_kwh"))
        for at, one in enumerate(readings) if (one.energy_kwh is None) == (one.register_kwh is None)
    ]  # fmt: skip
    if faults:
        raise Refused(faults)
    rows = [
        {**one.dict(), "read_at": instant, "quality": QUALITIES.index(one.quality)}
        for one, instant in zip(readings, instants, strict=True)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=LONG)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _run(one: RunLine) -> RunOut:
    return RunOut(
        id=one.id, day=one.day, state=one.state, stage=one.stage, share=one.share,
        remaining_seconds=one.remaining_seconds, asked_at=one.asked_at, ended_at=one.ended_at, outcome=one.outcome,
        faults=[fault.code for fault in one.faults],
    )  # fmt: skip
