"""`wanjia territory` on files, as the formats page says: results, faults with file, row and column, exit status."""

import csv
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from click.testing import CliRunner, Result

from wanjia.cli.main import main

GOLDEN = Path(__file__).parents[2] / "cases/cover"
POSTS = """post_id,cell_id,role,holder,starts_on,ends_on
1,p,chief,An,2024-01-01,
2,p1,manager,Bai,2024-01-01,2024-06-30
3,p1,manager,Cao,2024-07-01,
4,p2,manager,Du,2024-01-01,
"""
POINTS = "point_id,longitude,latitude,note\nwest,121.605,29.305,well\neast,121.615,29.305,\nsea,122.0,29.0,far\n"


def feature(cell_id: Any, level: Any, parent_id: Any, geometry: shapely.Geometry) -> dict[str, Any]:
    properties = {"cell_id": cell_id, "level": level, "parent_id": parent_id, "name": "x"}
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(geometry))}


def exact_territory() -> list[dict[str, Any]]:
    return [
        feature("p", 1, "", shapely.box(121.60, 29.30, 121.62, 29.31)),
        feature("p1", 2, "p", shapely.box(121.60, 29.30, 121.61, 29.31)),
        feature("p2", 2, "p", shapely.box(121.61, 29.30, 121.62, 29.31)),
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An exact territory with posts and points; the shell speaks English."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    write_cells(tmp_path, exact_territory())
    (tmp_path / "posts.csv").write_text(POSTS, encoding="utf-8")
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    return tmp_path


def write_cells(folder: Path, features: list[Any]) -> None:
    document = {"type": "FeatureCollection", "features": features}
    (folder / "cells.geojson").write_text(json.dumps(document), encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["territory", *arguments])


def check(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = run("check", "cells.geojson", "--json", *arguments)
    assert result.stdout.count("\n") == 1, "one object and nothing else"
    return result.exit_code, json.loads(result.stdout)


def owner(*arguments: str, points: str = "points.csv", on: str = "2024-06-30", out: str = "out.csv") -> Result:
    return run("owner", "cells.geojson", "posts.csv", "--points", points, "--on", on, "-o", out, *arguments)


def written(name: str = "out.csv") -> list[dict[str, str]]:
    with open(name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# check


def test_an_exact_territory_gives_the_object_of_the_formats_page(folder: Path) -> None:
    assert check("--posts", "posts.csv") == (
        0,
        {
            "cells": 3,
            "levels": 2,
            "exact": True,
            "gaps": [],
            "overlaps": [],
            "invalid": [],
            "unheld": [],
            "faults": [],
        },
    )


@pytest.mark.parametrize("case", sorted(path.name for path in GOLDEN.iterdir() if path.is_dir()))
def test_golden_territories(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN / case)
    expected = json.loads(Path("expected.json").read_text(encoding="utf-8"))
    code, found = check()
    assert code == (0 if expected["exact"] else 1)
    for kind in ("gaps", "overlaps"):
        assert sorted(one["cells"] for one in found[kind]) == sorted(one["cells"] for one in expected[kind])
        assert all(one["area_m2"] >= 1 and len(one["point"]) == 2 for one in found[kind])
    assert [(one["cell_id"], one["reason"]) for one in found["invalid"]] == [
        (one["cell_id"], one["reason"]) for one in expected["invalid"]
    ]


def test_faults_go_to_standard_error_with_file_row_and_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN / "many_faults_at_once")
    result = run("check", "cells.geojson", "--language", "en")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "cells.geojson:2:geometry",
        "cells.geojson:3:cell_id",
        "cells.geojson:4:parent_id",
        "cells.geojson:5:level",
        "cells.geojson:6:geometry",
        "cells.geojson:7:geometry",
        "cells.geojson:1:geometry",
        "cells.geojson:2:geometry",
        "cells.geojson:4:geometry",
    ]
    assert result.stdout.startswith("7 cells on 3 levels: not exact. Gaps 3, overlaps 0, invalid 6;")


def test_both_languages_say_every_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    write_cells(folder, exact_territory()[:2])
    result = run("check", "cells.geojson")
    assert "没有第 2 级网格" in result.stderr and "不严密" in result.stdout
    assert "have no cell of level 2" in run("check", "cells.geojson", "--language", "en").stderr


def test_days_without_exactly_one_holder_are_listed(folder: Path) -> None:
    (folder / "posts.csv").write_text(
        POSTS.replace("2024-07-01", "2024-07-03") + "5,p2,deputy,Fan,2024-02-01,2024-02-29\n", encoding="utf-8"
    )
    code, found = check("--posts", "posts.csv")
    assert (code, found["exact"]) == (1, True)
    assert found["unheld"] == [
        {"cell_id": "p1", "days": [{"starts_on": "2024-07-01", "ends_on": "2024-07-02", "posts": []}]},
        {"cell_id": "p2", "days": [{"starts_on": "2024-02-01", "ends_on": "2024-02-29", "posts": ["4", "5"]}]},
    ]
    assert [(one["code"], one["row"]) for one in found["faults"]] == [
        ("territory.unheld", None),
        ("territory.held_by_several", 5),
    ]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b'{"type": "FeatureCollection",\n "features": [', "territory.broken_json", 2),
        (b'{"type": "FeatureCollection",\n "features": "\xc4\xe3"}', "territory.cells_not_utf8", 2),
        (b"[" * 100_000, "territory.broken_json", None),
        (b"[]", "territory.not_a_collection", None),
        (b'{"type": "Feature", "features": []}', "territory.not_a_collection", None),
        (b'{"type": "FeatureCollection", "features": []}', "territory.no_cells", None),
        (
            b'{"type": "FeatureCollection", "features": [1], "crs": {"properties": {"name": "urn:EPSG::4549"}}}',
            "territory.crs",
            None,
        ),
    ],
)
def test_a_file_of_cells_that_is_none(folder: Path, content: bytes, code: str, row: int | None) -> None:
    (folder / "cells.geojson").write_bytes(content)
    status, found = check("--posts", "posts.csv")
    assert (status, found["cells"], found["exact"]) == (1, 0, False)
    assert [(one["code"], one["row"]) for one in found["faults"]] == [(code, row)]
    result = owner()
    assert result.exit_code == 1 and not Path("out.csv").exists()


def test_features_that_are_no_cells_are_invalid_with_their_row(folder: Path) -> None:
    whole = shapely.box(121.60, 29.30, 121.62, 29.31)
    odd = [
        7,
        {"type": "Feature", "properties": None, "geometry": None},
        feature({"a": 1}, "1", ["p"], whole),
        feature("q", float("nan"), "", whole),
        feature("r", True, "", whole),
    ]
    write_cells(folder, [*exact_territory(), *odd, feature(12, 2.0, "p", whole)])
    code, found = check()
    assert (code, found["cells"]) == (1, 9)
    assert [(one["row"], one["cell_id"], one["reason"]) for one in found["invalid"]] == [
        (4, "", "not_a_feature"),
        (5, "", "not_a_feature"),
        (6, "", "id_not_text"),
        (6, "", "level_not_a_number"),
        (6, "", "parent_not_text"),
        (7, "q", "level_not_a_number"),
        (8, "r", "level_not_a_number"),
    ]
    assert {tuple(one["cells"]) for one in found["overlaps"]} == {("12", "p1"), ("12", "p2")}


def test_nan_coordinates_in_json_are_an_invalid_cell(folder: Path) -> None:
    text = (folder / "cells.geojson").read_text(encoding="utf-8").replace("121.62", "NaN", 1)
    (folder / "cells.geojson").write_text(text, encoding="utf-8")
    _, found = check()
    assert [(one["cell_id"], one["reason"]) for one in found["invalid"]] == [("p", "coordinates_not_finite")]


def test_every_fault_of_the_posts_is_listed(folder: Path) -> None:
    lines = ["6,zzz,m,X,2024-01-01,", "1,p1,m,X,2024-13-01,2024/1/1", "", f"{'n' * 65},p,m,X,2024-02-02,2024-02-01"]
    (folder / "posts.csv").write_text(POSTS + "\n".join(lines) + "\n", encoding="utf-8")
    _, found = check("--posts", "posts.csv")
    assert [(one["row"], one["column"], one["code"].removeprefix("territory.")) for one in found["faults"]] == [
        (6, "cell_id", "post_cell_unknown"),
        (7, "starts_on", "day_invalid"),
        (7, "ends_on", "day_invalid"),
        (7, "post_id", "post_twice"),
        (9, "post_id", "identifier_too_long"),
        (9, "ends_on", "ends_before_starts"),
    ]
    assert "also stands in row 2" in found["faults"][3]["message"]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"", [("table.empty", None, "")]),
        (
            b"post_id,cell_id\n1,p\n",
            [("table.column_missing", 1, name) for name in ("role", "holder", "starts_on", "ends_on")],
        ),
        (POSTS.encode() + "5,p,经理,X,2024-01-01,\n".encode("gbk"), [("table.not_utf8", 6, "")]),
        (POSTS.encode() + b"5,p\n6,p,m,X,2024-01-01,,,\n", [("table.row_width", 6, ""), ("table.row_width", 7, "")]),
        (
            POSTS.replace("role", "holder").encode(),
            [("table.column_missing", 1, "role"), ("table.column_twice", 1, "holder")],
        ),
        (POSTS.encode() + b"5,\0,,,,\n", [("table.not_text", 6, "")]),
    ],
)
def test_posts_that_are_no_table(folder: Path, content: bytes, faults: list[tuple[str, int | None, str]]) -> None:
    (folder / "posts.csv").write_bytes(content)
    status, found = check("--posts", "posts.csv")
    assert status == 1
    assert [(one["code"], one["row"], one["column"]) for one in found["faults"]] == faults
    assert found["unheld"] == []
    assert owner().exit_code == 1 and not Path("out.csv").exists()


def test_something_else_behind_the_ending_parquet(folder: Path) -> None:
    Path("posts.parquet").write_text(POSTS, encoding="utf-8")
    _, found = check("--posts", "posts.parquet")
    assert [one["code"] for one in found["faults"]] == ["table.broken_parquet"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "nowhere.geojson"),
        ("check", "cells.geojson", "--posts", "nowhere.csv"),
        ("check", "cells.geojson", "--posts", "cells.geojson"),
        ("owner", "cells.geojson", "posts.csv", "--points", "points.csv", "-o", "out.csv"),
        ("owner", "cells.geojson", "posts.csv", "--points", "points.csv", "--on", "2024-02-30", "-o", "out.csv"),
        ("owner", "cells.geojson", "posts.csv", "--points", "points.csv", "--on", "2024-02-29", "-o", "out.txt"),
        ("owner", "cells.geojson", "posts.csv", "--points", "points.csv", "--on", "2024-02-29", "-o", "no/out.csv"),
    ],
)
def test_wrong_use_ends_with_2(folder: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == "" and "Error" in result.stderr


# owner


def test_each_point_gets_its_cells_and_holders_and_keeps_its_other_columns(folder: Path) -> None:
    assert owner().exit_code == 0
    assert written() == [
        {"point_id": "west", "cell_1": "p", "holder_1": "An", "cell_2": "p1", "holder_2": "Bai", "note": "well"},
        {"point_id": "east", "cell_1": "p", "holder_1": "An", "cell_2": "p2", "holder_2": "Du", "note": ""},
        {"point_id": "sea", "cell_1": "", "holder_1": "", "cell_2": "", "holder_2": "", "note": "far"},
    ]


@pytest.mark.parametrize(("on", "holder"), [("2024-06-30", "Bai"), ("2024-07-01", "Cao"), ("2023-12-31", "")])
def test_the_day_decides_who_answers_both_ends_included(folder: Path, on: str, holder: str) -> None:
    assert owner(on=on).exit_code == 0
    assert written()[0]["holder_2"] == holder


def test_where_two_people_hold_a_cell_nobody_answers_and_it_is_told(folder: Path) -> None:
    (folder / "posts.csv").write_text(POSTS + "5,p2,deputy,Fan,2024-01-01,\n", encoding="utf-8")
    result = owner("--json")
    assert result.exit_code == 1
    assert (written()[1]["cell_2"], written()[1]["holder_2"]) == ("p2", "")
    found = json.loads(result.stdout)
    assert (found["points"], found["levels"], found["cells_found"], found["holders_found"]) == (3, 2, [2, 2], [2, 1])
    assert [(one["code"], one["row"]) for one in found["faults"]] == [("territory.several_answer", 5)]


def test_csv_and_parquet_give_the_same_answers(folder: Path) -> None:
    posts = pa.table(
        {
            "post_id": pa.array([1, 2], pa.int64()),
            "cell_id": pa.array(["p", "p1"]).dictionary_encode(),
            "role": ["chief", "manager"],
            "holder": ["An", "Bai"],
            "starts_on": pa.array([date(2024, 1, 1)] * 2, pa.date32()),
            "ends_on": pa.array([None, datetime(2024, 6, 30, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        }
    )
    pq.write_table(posts, "posts.parquet")
    points = {"point_id": ["a", "b"], "longitude": [121.605, 121.605], "latitude": [29.305, 28.0], "x": [[1], []]}
    pq.write_table(pa.table(points), "points.parquet")
    arguments = ("--points", "points.parquet", "--on", "2024-06-30", "-o", "out.parquet")
    assert run("owner", "cells.geojson", "posts.parquet", *arguments).exit_code == 0
    assert pq.read_table("out.parquet").to_pylist() == [
        {"point_id": "a", "cell_1": "p", "holder_1": "An", "cell_2": "p1", "holder_2": "Bai", "x": [1]},
        {"point_id": "b", "cell_1": None, "holder_1": None, "cell_2": None, "holder_2": None, "x": []},
    ]
    # A list has no place in CSV: refused as wrong use, nothing half written.
    arguments = ("--points", "points.parquet", "--on", "2024-06-30", "-o", "out.csv")
    assert run("owner", "cells.geojson", "posts.parquet", *arguments).exit_code == 2
    assert sorted(path.name for path in folder.iterdir() if "out" in path.name) == ["out.parquet"]


def test_every_faulty_point_is_listed_and_left_empty(folder: Path) -> None:
    lines = ["a,NaN,29.305", "b,121.605,", "c,121.605,29.305", "c,east,95", ",121.605,29.305", f"{'d' * 65},1e9,29"]
    (folder / "points.csv").write_text("point_id,longitude,latitude\n" + "\n".join(lines), encoding="utf-8")
    result = owner("--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)["faults"]
    assert [(one["row"], one["column"], one["code"].removeprefix("territory.")) for one in found] == [
        (2, "longitude", "coordinate"),
        (3, "latitude", "coordinate"),
        (5, "latitude", "coordinate"),
        (5, "longitude", "coordinate"),
        (5, "point_id", "point_twice"),
        (6, "point_id", "identifier_missing"),
        (7, "longitude", "coordinate"),
        (7, "point_id", "identifier_too_long"),
    ]
    assert result.stderr.count("\n") == len(found)
    assert [row["cell_1"] for row in written()] == ["", "", "p", "", "p", ""]


def test_a_byte_order_mark_quotes_and_commas_survive(folder: Path) -> None:
    text = '\ufeffpoint_id,longitude,latitude,note\r\n"a,1",121.605,29.305,"two\nlines"\r\nb,x,29.305,\r\n'
    (folder / "points.csv").write_bytes(text.encode("utf-8"))
    result = owner("--json")
    assert [one["row"] for one in json.loads(result.stdout)["faults"]] == [4]
    assert [(row["point_id"], row["note"]) for row in written()] == [("a,1", "two\nlines"), ("b", "")]


def test_a_column_that_bears_an_answers_name_is_replaced_and_told(folder: Path) -> None:
    (folder / "points.csv").write_text(POINTS.replace("note", "cell_1"), encoding="utf-8")
    result = owner("--language", "en")
    assert result.exit_code == 1 and "cell_1" in result.stderr
    assert [row["cell_1"] for row in written()] == ["p", "p", ""]


def test_broken_cells_are_told_and_answered_in_repaired_form(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "cells.geojson").write_bytes((GOLDEN / "bow_tie/cells.geojson").read_bytes())
    (folder / "points.csv").write_text(
        "point_id,longitude,latitude\nin,121.612,29.305\nout,121.615,29.309\n", encoding="utf-8"
    )
    result = owner("--language", "en")
    assert result.exit_code == 1 and "crosses itself" in result.stderr
    assert [(row["cell_1"], row["cell_2"]) for row in written()] == [("p", "p2"), ("p", "")]


def test_many_points_agree_with_plain_polygon_tests(folder: Path) -> None:
    rng = np.random.default_rng(7)
    x, y = rng.uniform(121.59, 121.63, 20_000), rng.uniform(29.29, 29.32, 20_000)
    pq.write_table(
        pa.table({"point_id": [str(n) for n in range(20_000)], "longitude": x, "latitude": y}), "many.parquet"
    )
    assert owner(points="many.parquet", out="many_out.parquet").exit_code == 0
    found = pq.read_table("many_out.parquet")
    for cell in exact_territory():
        column = found[f"cell_{cell['properties']['level']}"].to_pylist()
        holds = shapely.from_geojson(json.dumps(cell["geometry"])).intersects(shapely.points(x, y))
        assert [name == cell["properties"]["cell_id"] for name in column] == holds.tolist()


@pytest.mark.parametrize("arguments", [("territory", "-h"), ("territory", "check", "-h"), ("territory", "owner", "-h")])
def test_help_tells_what_the_files_hold(arguments: tuple[str, ...]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from wanjia.cli.main import main; main()", *arguments],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "territory" in result.stdout and result.stderr == ""
