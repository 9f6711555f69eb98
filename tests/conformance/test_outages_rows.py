"""Changes of the sensor become rows: each once, whatever batches they come in, as one interruption per district."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.outages import CODES, DIGEST, LEVEL_METER, Stream, change, dark, install, over, row, sensed
from tests.support.outages import world_network as network_of
from tests.support.rows import fingerprint, unknown
from tests.support.world import World
from wanjia.actions.network.apply_states import apply_states
from wanjia.actions.network.book import instant
from wanjia.actions.network.sensed import Gap
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import HistoryEntry
from wanjia.records.network.models import (
    DistrictState,
    Outage,
    OutageDistrict,
    OutageRevision,
    PlannedWork,
    SensingPosition,
    SequenceGap,
    TransformerDistrict,
)

MINUTE = 60_000


@pytest.fixture
def stream(world: World) -> Stream:
    install(at=world.now)
    return Stream(world, network_of())


def test_an_announced_outage_is_there_once_with_its_districts(stream: Stream) -> None:
    at = stream.now
    assert stream.send(change("announced", sensed(1, (0, 1), at), at)) == 1
    outage = row(1)
    assert (outage.status, outage.device_id, outage.device_level) == ("open", "breaker", "section")
    assert (outage.districts_dark, outage.customers_dark, outage.feeder_id) == (2, 240, "F001")
    assert outage.organisation_id == "station-1"
    assert outage.number.startswith("TD")
    assert dark(outage) == ["T-C111", "T-C112"]
    position = SensingPosition.objects.get(network=DIGEST)
    assert (position.changes, position.journal_at, position.counts) == (1, 1, {"received": 1})
    assert HistoryEntry.objects.filter(subject=f"outage:{outage.number}").count() == outage.revision == 1


def test_two_stations_share_the_company_above(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (3, 4), at), at))
    assert row(1).organisation_id == "county"


def test_the_same_batch_twice_changes_nothing(stream: Stream) -> None:
    at = stream.now
    changes = (change("announced", sensed(1, (0,), at), at), change("grown", sensed(1, (0, 1), at), at + MINUTE))
    assert stream.send(*changes) == 2
    before = fingerprint()
    assert stream.again(0, *changes) == 0
    assert fingerprint() == before


def test_a_batch_that_overlaps_adds_only_what_is_new(stream: Stream) -> None:
    at = stream.now
    first, second = change("announced", sensed(1, (0,), at), at), change("grown", sensed(1, (0, 1), at), at + MINUTE)
    third = over(sensed(1, (0, 1), at), at + 9 * MINUTE)
    stream.send(first, second)
    assert stream.again(1, second, third) == 1
    assert [line.what for line in row(1).revisions.all()] == ["announced", "grown", "ended"]
    assert SensingPosition.objects.get().changes == 3


def test_a_position_never_goes_back(stream: Stream) -> None:
    at = stream.now
    changes = [change("announced", sensed(n, (n,), at), at + n) for n in range(3)]
    stream.send(*changes)
    stream.again(0, changes[0])
    position = SensingPosition.objects.get()
    assert (position.journal_at, position.changes) == (3, 3)


def test_one_grows_and_shrinks(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0,), at), at))
    stream.send(change("grown", sensed(1, (0, 1, 2), at), at + MINUTE))
    assert dark(row(1)) == ["T-C111", "T-C112", "T-C121"]
    stream.send(change("shrunk", sensed(1, (1,), at), at + 20 * MINUTE))
    outage = row(1)
    assert dark(outage) == ["T-C112"]
    assert (outage.districts_dark, outage.districts_touched, outage.customers_touched) == (1, 3, 360)
    back = outage.districts.get(district="T-C111")
    assert round((back.restored_at - back.starts_at).total_seconds()) == 21 * 60
    shrunk = outage.revisions.get(what="shrunk")
    assert shrunk.data["restored"] == ["T-C111", "T-C121"]


def test_a_late_joiner_fell_dark_when_it_joined(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0,), at), at))
    stream.send(change("grown", sensed(1, (0, 1), at), at + 60 * MINUTE))
    joined = OutageDistrict.objects.get(outage=row(1), district="T-C112")
    assert joined.starts_at > row(1).starts_at


def test_a_split_hands_its_districts_over_as_one_interruption_each(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0, 1, 2, 3), at), at))
    later = at + 10 * MINUTE
    stream.send(
        change("shrunk", sensed(1, (0,), at), later), change("split", sensed(2, (2, 3), later, parent=1), later)
    )
    whole, part = row(1), row(2)
    assert part.split_from == whole
    assert (dark(whole), dark(part)) == (["T-C111"], ["T-C121", "T-C122"])
    assert OutageDistrict.objects.filter(district="T-C121").count() == 1
    assert part.districts.get(district="T-C121").starts_at == whole.starts_at
    assert whole.districts.get(district="T-C112").restored_at is not None


def test_the_younger_is_merged_into_the_older(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0,), at), at), change("announced", sensed(2, (1, 2), at), at))
    gone = replace(sensed(2, (1, 2), at), ends_at=at + MINUTE, merged_into=1)
    stream.send(change("merged", gone, at + MINUTE))
    older, younger = row(1), row(2)
    assert (younger.status, younger.merged_into, younger.districts_dark) == ("merged", older, 0)
    assert dark(older) == ["T-C111", "T-C112", "T-C121"]
    assert OutageDistrict.objects.count() == 3
    assert older.device_id == "breaker"


def test_an_end_restores_every_district_at_the_time_the_meters_say(stream: Stream) -> None:
    at = stream.now
    one = sensed(1, (0, 1), at)
    stream.send(change("announced", one, at))
    stream.send(change("ended", replace(one, ends_at=at + 30 * MINUTE), at + 31 * MINUTE))
    outage = row(1)
    assert (outage.status, outage.districts_dark, outage.customers_dark) == ("restored", 0, 0)
    assert {round(member.restored_at.timestamp() * 1000) for member in outage.districts.all()} == {at + 30 * MINUTE}
    assert round(outage.ends_at.timestamp() * 1000) == at + 30 * MINUTE


def test_three_meters_stay_dark_when_the_district_is_back(stream: Stream) -> None:
    at = stream.now
    one = sensed(1, (0, 1), at)
    stream.send(change("announced", one, at), over(one, at + 30 * MINUTE))
    late_at = at + 71 * MINUTE
    late = sensed(2, (0,), late_at, level=LEVEL_METER, hint="still_dark", customers=3, starts_at=at)
    stream.send(change("split", late, late_at))
    nested, outer = row(2), row(1)
    assert (nested.status, nested.split_from, nested.customers_dark) == ("open", outer, 3)
    assert nested.districts.get().starts_at == outer.ends_at
    assert outer.districts.get(district="T-C111").meters_dark == nested.districts.get().meters_dark == 3
    stream.send(change("shrunk", replace(late, customers=1), late_at + MINUTE))
    assert outer.districts.get(district="T-C111").meters_dark == row(2).customers_dark == 1
    stream.send(over(replace(late, customers=1), late_at + 9 * MINUTE))
    assert (row(2).status, outer.districts.get(district="T-C111").meters_dark) == ("restored", 0)


def test_planned_work_is_a_note_and_its_overrun_an_outage_of_its_own(stream: Stream) -> None:
    at = stream.now
    begins, plan_ends = instant(at) - timedelta(minutes=5), instant(at) + timedelta(hours=3)
    work = sensed(1, (0, 1), at, planned=True, hint="planned")
    PlannedWork.objects.create(
        code="JH-1", device_id=work.device_id, title_zh="检修", starts_at=begins, ends_at=plan_ends
    )  # fmt: skip
    stream.send(change("planned", work, at))
    ends = at + 60 * MINUTE
    stream.send(change("planned_ended", replace(work, ends_at=ends), ends + 10 * MINUTE))
    late = sensed(2, (0, 1), ends + 11 * MINUTE, hint="planned_overrun", starts_at=ends)
    stream.send(change("overrun", late, ends + 11 * MINUTE))
    planned, overrun = row(1), row(2)
    assert planned.estimates.get().said_by == "system:plan" and planned.estimated_restoration_at == plan_ends
    assert (planned.planned, planned.status, overrun.planned, overrun.status) == (True, "restored", False, "open")
    assert overrun.starts_at == planned.ends_at
    assert dark(overrun) == ["T-C111", "T-C112"]


def test_gaps_are_kept_and_filled(stream: Stream) -> None:
    at = stream.now
    stream.send(gaps=(Gap("c1", 5, 9, at), Gap("c2", 1, 1, at)))
    stream.send(gaps=(Gap("c1", 5, 7, at, at + 1000), Gap("c1", 8, 9, at)))
    rows = SequenceGap.objects.order_by("sender", "first_missing").values_list(
        "sender", "first_missing", "last_missing"
    )
    assert list(rows) == [("c1", 5, 7), ("c1", 8, 9), ("c2", 1, 1)]
    assert SequenceGap.objects.filter(filled_at=None).count() == 2


def test_a_network_that_is_not_installed_is_refused(world: World) -> None:
    stream = Stream(world, network_of(), "e" * 64)
    with unknown():
        stream.send(change("announced", sensed(1, (0,), stream.now), stream.now))


def test_the_history_of_every_outage_is_unbroken(stream: Stream) -> None:
    at = stream.now
    for n in range(4):
        stream.send(change("announced", sensed(n, (n,), at), at), change("grown", sensed(n, (n, n + 4), at), at + 1))
    for outage in Outage.objects.all():
        assert broken_links(f"outage:{outage.number}") == []
        assert OutageRevision.objects.filter(outage=outage).count() == outage.revision == 2


def test_states_of_districts_are_written_in_bulk(stream: Stream) -> None:
    now, at = stream.world.now, stream.now
    apply_states(DIGEST, ["T-C111", "T-C112"], [at, 0], [at, None], [100, 90], [3, 80], now)
    apply_states(DIGEST, ["T-C111"], [None], [at], [100], [98], now)
    states = {state.district_id: state for state in DistrictState.objects.all()}
    assert states["T-C111"].dark_since is None
    assert states["T-C111"].meters_heard == 98
    assert states["T-C112"].heard_at is None
    with unknown():
        apply_states("nowhere", [], [], [], [], [], now)


def test_a_blackout_of_nine_thousand_districts_takes_seconds(stream: Stream) -> None:
    model = TransformerDistrict.objects.get(code=CODES[0])
    codes = tuple(f"X{n:05d}" for n in range(9_087))
    TransformerDistrict.objects.bulk_create(
        TransformerDistrict(
            code=code, name_zh=code, feeder_id="F001", organisation_id=model.organisation_id,
            cell_code=model.cell_code, area_class="rural", capacity_kva=200, customers=200,
            longitude=model.longitude, latitude=model.latitude,
        )
        for code in codes
    )  # fmt: skip
    stream.network, at = network_of(codes, 200), stream.now
    everything = sensed(1, tuple(range(len(codes))), at)
    began = time.perf_counter()
    stream.send(change("announced", everything, at))
    announced = time.perf_counter() - began
    assert row(1).customers_dark == 9_087 * 200
    began = time.perf_counter()
    stream.send(over(everything, at + 90 * MINUTE))
    ended = time.perf_counter() - began
    print(f"\nblackout of 9,087 districts: announced in {announced:.2f} s, ended in {ended:.2f} s")
    assert row(1).districts.exclude(restored_at=None).count() == 9_087
    assert announced + ended < 20
