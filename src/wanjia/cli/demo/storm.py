"""Plays a storm over one county of the demo, live, and compares what was sensed with what was true."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
from django.utils import timezone

from wanjia import wiring
from wanjia.adapters.grid_files.keeping import FOLDER
from wanjia.adapters.telemetry.broker import address_of
from wanjia.adapters.telemetry.journal import locked
from wanjia.adapters.telemetry.keys import keys_of
from wanjia.adapters.telemetry.replay import Direct, Outlet, Recorded, play
from wanjia.adapters.telemetry.sender import Publisher
from wanjia.cli.demo.meters import read_meters
from wanjia.cli.demo.past import instant
from wanjia.cli.demo.pulse import SITE, give_back, report_all, take_over
from wanjia.cli.demo.storm_plan import Play, first_gasps, hastened, moved, plan_storm
from wanjia.cli.demo.verdict import Sensed, Verdict, judge, sensed_since
from wanjia.kernels.sensing.nouns import Batch, Outage
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.network.models import Feeder, OutageDistrict, TransformerDistrict
from wanjia.records.territory.models import Organisation, Tenure
from wanjia.texts import say
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.network import active_network

LEAD_SECONDS = 6.0
"""From the end of planning to the first live event: time to tell every device's last report."""
SETTLE_SECONDS = 45.0
"""After the last event: the sensor waits before it announces and before it is sure of an end."""
CONFIRMED_SECONDS = 30.0
LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Wanted:
    """What is asked for: whose demo, how long, how many times as fast, how many outages, where, how silent."""

    home: Path
    minutes: float
    speed: float
    outages: int
    seed: int
    county: str
    silent_share: float
    broker: str
    language: str


@dataclass
class Telling:
    """Prints what happens and what is sensed, as it comes."""

    wanted: Wanted
    active: ActiveNetwork
    storm: Play
    since: datetime
    names: dict[str, str]
    looked: float = 0.0
    told: set[tuple[str, str]] = field(default_factory=set)

    def look(self, _: int = 0) -> None:
        """At most once a second: what opened, came back, was announced and ended since."""
        if time.monotonic() - self.looked < LOOK_SECONDS:
            return
        self.looked = time.monotonic()
        now = time.time() * 1000
        for one in self.storm.truth:
            self._once("opens", one.device_id, one.starts_at, now, one)
            self._once("back", one.device_id, one.ends_at or 0, now, one)
        for row in sensed_since(self.active.digest, self.since):
            self._sensed(row)

    def _once(self, what: str, device: str, at: int, now: float, one: Outage) -> None:
        if at <= now and (what, device) not in self.told:
            self.told.add((what, device))
            self._say(what, instant(at), device=device, districts=len(one.districts), customers=one.customers,
                      place=self._place(one))  # fmt: skip

    def _place(self, one: Outage) -> str:
        feeder = self.storm.grid.network.districts.feeder[one.districts[0]]
        return self.names.get(str(feeder), str(feeder))

    def _sensed(self, row: Sensed) -> None:
        if ("sensed", row.number) not in self.told:
            self.told.add(("sensed", row.number))
            self._say("sensed", row.detected_at, number=row.number, device=row.device_id, case=row.case_number or "-",
                      districts=len(row.districts), customers=row.customers)  # fmt: skip
        if row.ends_at and ("ended", row.number) not in self.told:
            self.told.add(("ended", row.number))
            self._say("ended", row.ends_at, number=row.number, device=row.device_id)

    def _say(self, what: str, at: datetime, **values: object) -> None:
        moment = timezone.localtime(at).strftime("%H:%M:%S")
        click.echo(f"  {moment}  " + say(f"demo.storm.{what}", self.wanted.language, **values))


def play_storm(wanted: Wanted, address: str) -> Verdict:
    """Plays it to its end. Raises Refused when nobody listens, or there is no network."""
    active = active_network(wanted.home)
    if active is None:
        raise Refused([Fault("demo.no_network", Where(), {"home": str(wanted.home)})])
    _require_listener(wanted)
    county, feeders = feeders_of_county(wanted.county)
    storm = plan_storm(
        active.network, feeders, wanted.minutes, wanted.outages, wanted.seed, round(time.time() * 1000),
        wanted.silent_share,
    )  # fmt: skip
    begins_at = round((time.time() + LEAD_SECONDS) * 1000)
    storm = hastened(moved(storm, begins_at - storm.begins_at), wanted.speed)
    _introduce(wanted, address, storm, county)
    names = dict(Feeder.objects.values_list("code", "name_en" if wanted.language == "en" else "name_zh"))
    telling = Telling(wanted, active, storm, datetime.fromtimestamp(begins_at / 1000, UTC), names)
    districts = storm.grid.network.districts.ids.tolist()
    ends_at = storm.ends_at / 1000 + SETTLE_SECONDS
    take_over(wanted.home, districts, ends_at + CONFIRMED_SECONDS)
    try:
        _send(wanted, active, storm, telling)
    finally:
        give_back(wanted.home)
    _settle(telling)
    return judge(storm.grid.network, storm.truth, first_gasps(storm), sensed_since(active.digest, telling.since))


def _require_listener(wanted: Wanted) -> None:
    """Somebody must sense: the lock of the sensing loop is free only when nobody does."""
    try:
        locked(wanted.home.resolve() / "telemetry" / SITE / "sensing.lock").close()
    except Refused:
        return
    except FileNotFoundError:
        pass
    raise Refused([Fault("demo.nobody_listens", Where(), {"home": str(wanted.home)})])


def feeders_of_county(county: str) -> tuple[Organisation, frozenset[str]]:
    """The county, by default that of the login `manager`, and its feeders without a sudden outage. Raises Refused."""
    row = Organisation.objects.filter(kind="county_company", code=county or _home_county()).first()
    if row is None:
        known = Organisation.objects.filter(kind="county_company").order_by("code").values_list("code", flat=True)
        raise Refused([Fault("demo.no_county", Where(), {"county": county, "known": ", ".join(known)})])
    inside = TransformerDistrict.objects.filter(organisation__parent=row)
    dark = OutageDistrict.objects.filter(restored_at=None, outage__status="open", outage__planned=False).values(
        "district"
    )
    busy = TransformerDistrict.objects.filter(pk__in=dark).values_list("feeder_id", flat=True)
    return row, frozenset(inside.values_list("feeder_id", flat=True)) - frozenset(busy)


def _home_county() -> str:
    tenure = Tenure.objects.get(person__account__username="manager", ends_on=None)
    return str(tenure.post.organisation.parent_id)


def _introduce(wanted: Wanted, address: str, storm: Play, county: Organisation) -> None:
    tongue, grid = wanted.language, storm.grid
    name = county.name_en if tongue == "en" else county.name_zh
    click.secho(
        say("demo.storm.begin", tongue, county=name, districts=grid.districts, meters=grid.meters,
            outages=len(storm.truth), minutes=round(wanted.minutes / wanted.speed, 1), seed=wanted.seed), bold=True,
    )  # fmt: skip
    way = say("demo.storm.by_broker", tongue, broker=wanted.broker) if wanted.broker else ""
    click.echo(way or say("demo.storm.by_journal", tongue))
    click.echo(say("demo.storm.look", tongue, address=address))


def _send(wanted: Wanted, active: ActiveNetwork, storm: Play, telling: Telling) -> None:
    """Everybody's last report, then the storm as it arrives."""
    keys = keys_of(storm.ids)
    outlet, close = _outlet(wanted)
    try:
        if not wanted.broker:
            _report_others(wanted, active, storm, outlet, storm.begins_at // 1000)
        before = _recorded(keys, storm.before)
        for begin in range(0, len(before.keys), 20_000):
            part = slice(begin, begin + 20_000)
            outlet.send(before.keys[part], before.kinds[part], before.occurred[part], storm.begins_at - 1000)
        while time.time() * 1000 < storm.begins_at:
            time.sleep(0.05)
        play(_recorded(keys, storm.live), outlet, 1.0, told=telling.look)
    finally:
        close()


def _outlet(wanted: Wanted) -> tuple[Outlet, Callable[[], object]]:
    """Where the events go, and what to do at the end."""
    name = f"storm-{time.time_ns() // 1_000_000}"
    if not wanted.broker:
        intake, site = wiring.new_intake()
        return Direct(intake, site, name), intake.journal.close
    publisher = Publisher(address_of(wanted.broker), SITE, name)

    def close() -> None:
        publisher.drain(CONFIRMED_SECONDS)
        publisher.close()

    return publisher, close


def _report_others(wanted: Wanted, active: ActiveNetwork, storm: Play, outlet: Outlet, now: int) -> None:
    """Without a broker nobody else speaks: the rest of the prefecture reports once, so as not to be held for silent."""
    meters = read_meters(wanted.home / FOLDER / active.digest)
    mine = np.isin(meters.districts, storm.grid.network.districts.ids.tolist())[meters.district]
    report_all(outlet, meters, mine, now - 2)


def _recorded(keys: np.ndarray, batch: Batch) -> Recorded:
    return Recorded(keys[batch.slot], batch.kind.astype(np.uint8), batch.occurred, batch.received)


def _settle(telling: Telling) -> None:
    """Until the ends were sensed too, or long enough."""
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        telling.look()
        sensed, ended = ({name for kind, name in telling.told if kind == what} for what in ("sensed", "ended"))
        if sensed and sensed <= ended:
            return
        time.sleep(LOOK_SECONDS)


def tell_verdict(verdict: Verdict, language: str) -> None:
    """The last lines of a storm."""
    delay = verdict.median_delay
    values = {
        "true": verdict.true, "announced": verdict.announced, "right": verdict.right, "parts": verdict.parts,
        "precision": f"{100 * verdict.precision:.1f}", "recall": f"{100 * verdict.recall:.1f}",
        "delay": "-" if delay is None else round(delay), "longest": round(max(verdict.delays, default=0)),
        "ended": verdict.ended, "cases": verdict.cases, "deliveries": verdict.deliveries,
    }  # fmt: skip
    click.secho(say("demo.storm.verdict", language, **values), bold=True)
    for what, devices in (("missed", verdict.missed), ("wrong", verdict.wrong)):
        if devices:
            click.echo("  " + say(f"demo.storm.{what}", language, devices=", ".join(devices)))
