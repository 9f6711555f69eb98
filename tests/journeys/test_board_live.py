"""The question that an open board asks every second: nothing new costs nothing, what is new comes at once."""

import json
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import dark_places
from tests.support.world import World
from wanjia.records.network.models import DistrictState, PlannedWork, SensingPosition, SequenceGap

SOUTH = ["T-C111", "T-C112"]
UNCHANGED_QUERIES_MAX = 12
"""Of which all but five say who asks: session, account, person, posts."""


def test_nothing_new_is_a_cheap_204_and_every_kind_of_change_is_noticed(world: World) -> None:
    dark_places.heard(world.now)
    dark_places.sensing(world.now)
    client = world.client("dispatch")
    known = client.get("/board/live").json()["version"]
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"/board/live?since={known}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Wanjia-Heard-At"] == world.now.isoformat()
    assert len(asked) <= UNCHANGED_QUERIES_MAX

    row = dark_places.outage(SOUTH, world.now)
    changes = (
        lambda: dark_places.estimated(row, world.now, 30),
        lambda: dark_places.restored(row, world.now + timedelta(minutes=1)),
        lambda: DistrictState.objects.filter(pk="T-C111").update(changed_at=world.now + timedelta(seconds=1)),
        lambda: PlannedWork.objects.create(
            code="JH-1", device_id="T-C111", title_zh="检修", starts_at=world.now, ends_at=world.now
        ),
        lambda: PlannedWork.objects.update(cancelled_at=world.now),
        lambda: SequenceGap.objects.create(sender="a", first_missing=1, last_missing=2, noticed_at=world.now),
        lambda: SequenceGap.objects.update(filled_at=world.now),
    )
    seen = {known}
    for number, change in enumerate(changes):
        change()
        answer = client.get(f"/board/live?since={known}")
        assert answer.status_code == 200, number
        known = answer.json()["version"]
        assert known not in seen, number
        seen.add(known)


def test_a_row_that_was_stamped_earlier_but_came_later_is_noticed(world: World) -> None:
    dark_places.outage(SOUTH, world.now, minutes_ago=2)
    client = world.client("dispatch")
    known = client.get("/board/live").json()["version"]
    late = dark_places.outage(["T-C211"], world.now, number="TD2", minutes_ago=2, level="district")
    late.changed_at -= timedelta(seconds=5)
    late.save()
    assert client.get(f"/board/live?since={known}").status_code == 200


def test_only_parts_that_changed_are_sent(world: World) -> None:
    dark_places.heard(world.now)
    client = world.client("dispatch")
    first = client.get("/board/live").json()
    assert set(first["parts"]) == {"figures", "outages", "today", "works", "coverage"} and first["states"]
    assert first["states"]["changed"] == []
    row = dark_places.outage(SOUTH, world.now, priority=1)
    have = ",".join(f"{name}:{mark}" for name, mark in first["marks"].items())
    second = client.get(f"/board/live?since={first['version']}&have={have}").json()
    assert set(second["parts"]) == {"figures", "outages", "today"}
    assert row.number in second["parts"]["outages"] and "停电 240 户" in second["said"]
    still = client.get("/board/districts.json").json()
    places = [still["codes"].index(code) for code in SOUTH]
    assert second["states"] == {
        "still": still["mark"], "outages": [row.number], "changed": [[place, 1, 0] for place in places]
    }  # fmt: skip


def test_the_map_tells_planned_partly_dark_and_silent_apart(world: World) -> None:
    dark_places.outage(["T-C111"], world.now, level="district", device="T-C111", planned=True)
    dark_places.outage(["T-C112"], world.now, number="TD2", level="meter", device="M1")
    dark_places.heard(world.now, silent=["T-C211"])
    client = world.client("dispatch")
    still, moving = client.get("/board/districts.json").json(), client.get("/board/live").json()["states"]
    states = {still["codes"][place]: state for place, state, _ in moving["changed"]}
    assert states == {"T-C111": 2, "T-C112": 3, "T-C211": 4}
    again = client.get("/board/districts.json", headers={"if-none-match": f'"{still["mark"]}"'})
    assert again.status_code == 304
    chief = world.client("chief2").get("/board/districts.json").json()
    assert set(chief["codes"]) == {"T-C211", "T-C212", "T-C221", "T-C222"}


def test_an_outage_page_is_renewed_while_it_stands(world: World) -> None:
    row = dark_places.outage(SOUTH, world.now)
    client = world.client("chief")
    address = f"/board/outages/{row.number}/live"

    def version() -> str:
        page = client.get(f"/board/outages/{row.number}/").content.decode()
        data = page.split('<script id="live-data" type="application/json">')[1].split("</script>")[0]
        return str(json.loads(data)["version"])

    def is_unchanged() -> bool:
        return client.get(f"{address}?since={version()}").status_code == 204

    assert is_unchanged() or is_unchanged(), "a minute may begin between page and question, but not twice"
    known = version()
    dark_places.restored(row, world.now)
    answer = client.get(f"{address}?since={known}").json()
    assert "已恢复" in answer["parts"]["head"] and "表计证实复电" in answer["parts"]["timeline"]
    assert world.client("chief2").get(address).status_code == 404


def test_old_telemetry_is_told_with_its_time(world: World) -> None:
    dark_places.sensing(world.now - timedelta(minutes=3))
    client = world.client("dispatch")
    heard = (world.now - timedelta(minutes=3)).isoformat()
    assert heard in client.get("/board/").content.decode()
    SensingPosition.objects.update(tick_at=world.now)
    known = client.get("/board/live").json()
    assert known["heard_at"] == world.now.isoformat()
