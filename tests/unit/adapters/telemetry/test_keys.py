"""Device keys: every device is found at its slot, nothing else is, and two devices are never one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.feeders import feeders, made
from wanjia.adapters.telemetry import keys as module
from wanjia.adapters.telemetry.keys import UNKNOWN, DeviceKeys, key_of, keys_of
from wanjia.kernels.sensing.grid import build_grid
from wanjia.model.faults import Refused


def test_meters_and_terminals_are_found_at_their_slots() -> None:
    grid = build_grid(feeders("village, 20 meters"))
    keys = DeviceKeys.of(grid)
    assert keys.slots(keys_of(grid.network.meters.ids)).tolist() == grid.slot_of_meter.tolist()
    assert keys.slots(keys_of(grid.network.districts.ids)).tolist() == grid.slot_of_terminal.tolist()
    assert keys.slots(keys_of(["nobody", ""])).tolist() == [UNKNOWN, UNKNOWN]
    assert keys.slots(np.empty(0, np.uint64)).tolist() == []


@given(
    st.sets(st.integers(0, 2**64 - 1), max_size=400), st.lists(st.integers(0, 2**64 - 1), max_size=20), st.booleans()
)
@settings(max_examples=40)
def test_the_table_is_a_dictionary(known: set[int], others: list[int], crowded: bool) -> None:
    """Also when all keys want the same place."""
    if crowded:
        known = {key & ~0xFFFF for key in known}
    table = DeviceKeys.table(np.array(sorted(known), np.uint64), np.arange(len(known)))
    slots = {key: slot for slot, key in enumerate(sorted(known))}
    asked = [*known, *others]
    assert table.slots(np.array(asked, np.uint64)).tolist() == [slots.get(key, UNKNOWN) for key in asked]


def test_a_network_whose_keys_collide_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    network = made(1, 2, 2, 3)
    ids = network.meters.ids
    whole = module.keys_of

    def colliding(names: list[str]) -> np.ndarray:
        found = whole(names)
        found[names.index(ids[4])] = key_of(ids[1])
        return found

    monkeypatch.setattr(module, "keys_of", colliding)
    with pytest.raises(Refused) as refused:
        DeviceKeys.of(build_grid(network))
    assert [(one.code, dict(one.values)) for one in refused.value.faults] == [
        ("telemetry.keys_collide", {"one": min(ids[1], ids[4]), "other": max(ids[1], ids[4])})
    ]


def test_a_district_called_like_a_meter_leaves_the_name_to_the_meter() -> None:
    network = made(1, 2, 2, 3)
    network.districts.ids[0] = network.meters.ids[5]
    grid = build_grid(network)
    assert DeviceKeys.of(grid).slots(keys_of([network.meters.ids[5]])).tolist() == [grid.slot_of_meter[5]]
