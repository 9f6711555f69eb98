"""The one-line diagram: laid out from the installed network, what is open and dark drawn by more than colour."""

from pathlib import Path

import numpy as np
import pytest

from tests.support import dark_places
from tests.support.world import World
from wanjia.adapters.grid_files.folder import write_network
from wanjia.model.network import BRANCH_KINDS, Branches, Districts, Network, Nodes, no_meters, words
from wanjia.queries.network.feeder_diagram import Diagram, feeder_diagram, feeder_of_device
from wanjia.web import settings

Branch = tuple[str, int, int, str, bool]
CODES = ("T-C111", "T-C112", "T-C121")


def network(branches: list[Branch], districts: dict[int, str], nodes: int) -> Network:
    """Node 0 is the source; districts by node."""
    kinds = np.array([0, *[2 if node in districts else 1 for node in range(1, nodes)]], dtype=np.int8)
    count = len(districts)
    return Network(
        Nodes(words([f"n{node}" for node in range(nodes)]), kinds),
        Branches(
            words([one[0] for one in branches]), np.array([one[1] for one in branches], np.int32),
            np.array([one[2] for one in branches], np.int32),
            np.array([BRANCH_KINDS.index(one[3]) for one in branches], np.int8),
            np.array([one[4] for one in branches]), words(["F001"] * len(branches)),
        ),
        Districts(
            words(list(districts.values())), np.array(list(districts), np.int32), words(["F001"] * count),
            words(list(districts.values())), np.full(count, 120.0), np.full(count, 30.0), np.zeros(count, np.int8),
            np.full(count, 200.0), np.full(count, 120),
        ),
        no_meters(),
    )  # fmt: skip


# source - breaker B1 - n1 - line - n2 - T-C111; n2 - switch S1 - n4 - T-C112, T-C121; n4 - tie (open) - n7
SMALL: list[Branch] = [
    ("B1", 0, 1, "breaker", True), ("L1", 1, 2, "line", True), ("F1", 2, 3, "fuse", True), ("S1", 2, 4, "switch", True),
    ("F2", 4, 5, "fuse", True), ("F3", 4, 6, "fuse", True), ("TIE", 4, 7, "switch", False),
]  # fmt: skip


def drawn(open_devices: list[str], dark: set[str]) -> Diagram:
    found = feeder_diagram(network(SMALL, {3: CODES[0], 5: CODES[1], 6: CODES[2]}, 8), "F001", open_devices, dark, {})
    assert found is not None
    return found


def test_what_is_open_and_dark_is_marked() -> None:
    found = drawn(["S1"], {CODES[1], CODES[2]})
    marks = {mark.id: mark for mark in found.marks}
    assert (found.districts, found.dark, found.summarised) == (3, 2, False)
    assert marks["S1"].open and not marks["S1"].tie and marks["TIE"].open and marks["TIE"].tie
    assert [marks[code].dark for code in CODES] == [False, True, True]
    assert not marks["B1"].open and not marks["B1"].dark and marks["F2"].dark and not marks["F1"].dark
    # Up to the open switch the line is lit, behind it dark, the tie's end too.
    assert [line.dark for line in found.lines].count(False) == 4  # B1, L1, F1, S1
    assert not any(line.dark for line in drawn([], set()).lines)


def test_nothing_lies_on_anything_else_and_all_is_on_the_paper() -> None:
    found = drawn([], set())
    points = [(mark.x, mark.y) for mark in found.marks if mark.kind == "district"]
    assert len(set(points)) == 3
    assert all(0 < mark.x < found.width and 0 < mark.y < found.height for mark in found.marks)
    children = [mark for mark in found.marks if mark.kind == "district"]
    assert min(mark.x for mark in children) > next(mark.x for mark in found.marks if mark.kind == "source")


@pytest.mark.parametrize("count", [200, 201])
def test_a_large_feeder_closes_up_what_is_lit(count: int) -> None:
    branches: list[Branch] = [("B1", 0, 1, "breaker", True)]
    districts = {}
    node = 2
    for number in range(count):
        branches += [(f"L{number}", 1, node, "line", True), (f"F{number}", node, node + 1, "fuse", True)]
        districts[node + 1] = f"D{number}"
        node += 2
    found = feeder_diagram(network(branches, districts, node), "F001", ["F7"], {"D7"}, {})
    assert found is not None and found.summarised == (count > 200)
    named = [mark.id for mark in found.marks if mark.kind == "district"]
    if count > 200:
        assert named == ["D7"] and sum(mark.count for mark in found.marks if mark.kind == "group") == count - 1
    else:
        assert len(named) == count


def test_an_unknown_feeder_has_no_diagram() -> None:
    grid = network(SMALL, {3: CODES[0]}, 8)
    assert feeder_diagram(grid, "F9", [], set(), {}) is None
    assert (feeder_of_device(grid, "S1"), feeder_of_device(grid, CODES[0]), feeder_of_device(grid, "x")) == (
        "F001",
        "F001",
        "",
    )


def test_the_page_draws_the_installed_network_and_stands_without_it(world: World) -> None:
    row = dark_places.outage(CODES[1:], world.now, device="S1", level="section")
    client, address = world.client("dispatch"), f"/board/outages/{row.number}/"
    assert "尚未安装网络模型" in client.get(address).content.decode()
    dark_places.sensing(world.now, "gone")
    assert "尚未安装网络模型" in client.get(address).content.decode()
    folder = Path(settings.HOME) / "board-network"
    write_network(folder, network(SMALL, {3: CODES[0], 5: CODES[1], 6: CODES[2]}, 8), ".csv")
    try:
        dark_places.sensing_moves(folder.name, "1" * 64)
        page = client.get(address).content.decode()
    finally:
        for table in folder.iterdir():
            table.unlink()
        folder.rmdir()
    assert "<svg" in page and "S1 断开处" in page and "112网格1号台区" in page and "diagram__line--dark" in page
