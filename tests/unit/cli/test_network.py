"""`wanjia network` on folders: every fault with file, row and column; both formats of a table; exit status."""

import json
from pathlib import Path
from typing import Any

import pyarrow.csv as pc_csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tests.support.machine import needs
from wanjia.cli.main import main

NODES = "node_id,kind\ns,source\na,junction\nb,district\nc,district\nt,source\n"
BRANCHES = """branch_id,from_node,to_node,kind,closed,feeder_id
cb,s,a,breaker,true,F1
l1,a,b,line,TRUE,F1
sw,b,c,switch,True,F1
tie,c,t,switch,false,
"""
DISTRICTS = """district_id,node_id,feeder_id,name,longitude,latitude,area,capacity_kva,customers
D1,b,F1,河东,121.6,29.3,urban,400,120
D2,c,F1,河西,121.7,29.4,rural,,80
"""
METERS = (
    "meter_id,district_id,role,phase,priority\nm0,D1,master,ABC,\nm1,D1,customer,A,life_support\nm2,D1,customer,,\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound network of two districts; the shell speaks English."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "grid"
    found.mkdir()
    for name, text in (("nodes", NODES), ("branches", BRANCHES), ("districts", DISTRICTS), ("meters", METERS)):
        (found / f"{name}.csv").write_text(text, encoding="utf-8")
    return found


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["network", *arguments])


def check() -> tuple[int, dict[str, Any]]:
    result = run("check", "grid", "--json")
    assert result.stdout.count("\n") == 1, "one object and nothing else"
    return result.exit_code, json.loads(result.stdout)


def change(folder: Path, table: str, old: str, new: str) -> None:
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_sound_folder_is_counted(folder: Path) -> None:
    assert check() == (
        0,
        {
            "nodes": 5,
            "branches": 4,
            "districts": 2,
            "meters": 3,
            "customers": 82,
            "sources": 2,
            "ties": 1,
            "faults": [],
        },
    )
    result = run("check", "grid")
    assert result.exit_code == 0
    assert "82 customers: no fault." in result.stdout


def test_parquet_with_its_own_types_is_the_same_network(folder: Path) -> None:
    _, expected = check()
    for name in ("nodes", "branches", "districts", "meters"):
        data = pc_csv.read_csv(folder / f"{name}.csv")
        pq.write_table(data, folder / f"{name}.parquet")
        (folder / f"{name}.csv").unlink()
    assert str(pq.read_schema(folder / "branches.parquet").field("closed").type) == "bool"
    assert check() == (0, expected)


def test_the_tables_of_meters_may_lack_and_then_the_districts_count_their_customers(folder: Path) -> None:
    (folder / "meters.csv").unlink()
    code, found = check()
    assert (code, found["customers"], found["meters"]) == (0, 200, 0)


FAULTS = [
    ("nodes", "a,junction", "a,pole", "network.unknown_word", "nodes.csv", 3, "kind"),
    ("nodes", "a,junction", ",junction", "network.id_missing", "nodes.csv", 3, "node_id"),
    ("nodes", "a,junction", f"{'a' * 65},junction", "network.id_too_long", "nodes.csv", 3, "node_id"),
    ("nodes", "t,source", "a,source", "network.id_twice", "nodes.csv", 6, "node_id"),
    ("branches", "l1,a,b", "l1,a,zz", "network.reference_unknown", "branches.csv", 3, "to_node"),
    ("branches", "l1,a,b", "l1,,b", "network.reference_missing", "branches.csv", 3, "from_node"),
    ("branches", "l1,a,b", "cb,a,b", "network.id_twice", "branches.csv", 3, "branch_id"),
    ("branches", "line,TRUE", "wire,TRUE", "network.unknown_word", "branches.csv", 3, "kind"),
    ("branches", "line,TRUE", "line,yes", "network.not_a_truth_value", "branches.csv", 3, "closed"),
    ("branches", "line,TRUE", "line,false", "network.open_line", "branches.csv", 3, "closed"),
    ("branches", "tie,c,t", "tie,t,t", "network.self_loop", "branches.csv", 5, "to_node"),
    ("branches", "sw,b,c,switch,True", "sw,b,c,switch,0", "network.district_dark", "districts.csv", 3, "node_id"),
    ("districts", "D1,b", "D1,", "network.reference_missing", "districts.csv", 2, "node_id"),
    ("districts", "D1,b", "D1,a", "network.node_is_no_district", "districts.csv", 2, "node_id"),
    ("districts", "D1,b", "D1,c", "network.node_without_district", "nodes.csv", 4, "node_id"),
    ("districts", "400,120", "-4,120", "network.number", "districts.csv", 2, "capacity_kva"),
    ("districts", "121.6,", "521.6,", "network.number", "districts.csv", 2, "longitude"),
    ("districts", "400,120", "400,12.5", "network.count", "districts.csv", 2, "customers"),
    ("districts", "urban", "town", "network.unknown_word", "districts.csv", 2, "area"),
    ("districts", "D2,c,F1", "D2,c,F9", "network.feeder_unknown", "districts.csv", 3, "feeder_id"),
    ("meters", "m1,D1", "m1,D7", "network.reference_unknown", "meters.csv", 3, "district_id"),
    ("meters", "customer,A", "consumer,A", "network.unknown_word", "meters.csv", 3, "role"),
    ("meters", "customer,A", "customer,D", "network.unknown_word", "meters.csv", 3, "phase"),
    ("meters", "life_support", "vip", "network.unknown_word", "meters.csv", 3, "priority"),
]


@pytest.mark.parametrize(("table", "old", "new", "code", "file", "row", "column"), FAULTS)
def test_each_fault_is_found_at_its_place(
    folder: Path, table: str, old: str, new: str, code: str, file: str, row: int, column: str
) -> None:
    change(folder, table, old, new)
    status, found = check()
    assert status == 1
    assert (code, file, row, column) in [(f["code"], f["file"], f["row"], f["column"]) for f in found["faults"]]
    for language in ("zh-Hans", "en"):
        lines = run("check", "grid", "--language", language).stderr.splitlines()
        assert len(lines) == len(found["faults"])
        assert any(line.startswith(f"{file}:{row}:{column}: ") and "{" not in line for line in lines)


def test_a_feeder_that_the_branches_at_the_node_do_not_name(folder: Path) -> None:
    change(folder, "branches", "tie,c,t,switch,false,", "tie,c,t,switch,false,F2")
    change(folder, "districts", "D2,c,F1", "D2,c,F2")
    _, found = check()
    assert [fault["code"] for fault in found["faults"]] == ["network.feeder_mismatch"]


def test_an_island_is_one_fault_however_many_nodes_it_has(folder: Path) -> None:
    with (folder / "nodes.csv").open("a", encoding="utf-8") as nodes:
        nodes.write("x,junction\ny,junction\n")
    with (folder / "branches.csv").open("a", encoding="utf-8") as branches:
        branches.write("lx,x,y,line,true,\n")
    _, found = check()
    assert [(fault["code"], fault["row"]) for fault in found["faults"]] == [("network.island", 7)]
    assert "2 nodes around x" in found["faults"][0]["message"]


def test_without_any_source_there_is_one_fault_and_not_one_for_each_node(folder: Path) -> None:
    change(folder, "nodes", "s,source", "s,junction")
    change(folder, "nodes", "t,source", "t,junction")
    _, found = check()
    assert [fault["code"] for fault in found["faults"]] == ["network.no_source"]


def test_faults_of_all_tables_are_listed_together(folder: Path) -> None:
    change(folder, "nodes", "a,junction", "a,pole")
    change(folder, "branches", "line,TRUE", "line,yes")
    change(folder, "districts", "400,120", "400,many")
    change(folder, "meters", "customer,A", "customer,X")
    _, found = check()
    assert {fault["file"] for fault in found["faults"]} == {"nodes.csv", "branches.csv", "districts.csv", "meters.csv"}


def test_missing_tables_missing_columns_and_twins_are_named(folder: Path) -> None:
    (folder / "nodes.csv").unlink()
    (folder / "branches.parquet").write_bytes(b"")
    (folder / "districts.csv").write_text("district_id,name\nD1,x\n", encoding="utf-8")
    status, found = check()
    assert status == 1
    assert sorted((fault["code"], fault["column"]) for fault in found["faults"]) == [
        ("network.table_missing", None),
        ("network.table_twice", None),
        ("table.column_missing", "customers"),
        ("table.column_missing", "node_id"),
    ]


def test_a_folder_that_is_not_there_is_wrong_use(folder: Path) -> None:
    assert run("check", "nowhere").exit_code == 2


def test_convert_says_what_is_missing_and_writes_nothing(folder: Path) -> None:
    result = run("convert", "nowhere.dss", "out", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nowhere.dss: The file is not there." in result.stderr
    assert not Path("out").exists()


@pytest.mark.heavy
@needs("readers")
def test_convert_leaves_tables_of_the_other_format_alone(folder: Path) -> None:
    result = run("convert", "pandapower:mv_oberrhein", "grid", "--format", "parquet")
    assert result.exit_code == 2
    assert "nodes.csv" in result.stderr


def test_make_writes_a_sound_prefecture_that_follows_from_its_seed(folder: Path) -> None:
    for out, seed in (("one", "7"), ("same", "7"), ("other", "8")):
        assert run("make", out, "--districts", "60", "--seed", seed, "--meters").exit_code == 0
    tables = ("nodes.csv", "branches.csv", "districts.csv", "meters.csv")
    assert all(Path("one", name).read_bytes() == Path("same", name).read_bytes() for name in tables)
    assert Path("one", "branches.csv").read_bytes() != Path("other", "branches.csv").read_bytes()
    result = run("check", "one", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["districts"] == 60
    assert found["ties"] > 0
    assert found["meters"] > found["customers"] > 60 * 100


def test_make_knows_parquet_too(folder: Path) -> None:
    assert run("make", "one", "--districts", "20").exit_code == 0
    assert run("make", "two", "--districts", "20", "--format", "parquet").exit_code == 0
    counts = [json.loads(run("check", name, "--json").stdout) for name in ("one", "two")]
    assert counts[0] == counts[1]
    assert run("make", "one", "--districts", "20", "--format", "parquet").exit_code == 2
    assert run("make", "three", "--districts", "0").exit_code == 2
