"""GeoJSON of lines: entries in the order of the file, and every fault with its row and column."""

import json

import pytest

from wanjia.adapters.line_files.codec import read_lines

WAY = {"type": "LineString", "coordinates": [[119.9, 29.9], [119.91, 29.91]]}


def file_of(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def feature(geometry: object = WAY, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_a_line_is_read_with_what_is_left_out() -> None:
    given = {"laid": "cable", "edge_m": 1.5, "feeder": "F1", "name_en": "East"}
    rows = (feature(id="L1", voltage_kv=10, name="城东线"), feature(id="L2", voltage_kv=35.0, **given))
    entries, faults = read_lines(file_of(*rows), "lines.geojson")
    assert faults == ()
    first, second = entries
    assert (first.row, first.code, first.name_zh, first.voltage_kv, first.laid, first.edge_m, first.feeder) == (
        1, "L1", "城东线", 10.0, "overhead", 0.0, "",
    )  # fmt: skip
    assert (second.row, second.laid, second.edge_m, second.feeder, second.name_en) == (2, "cable", 1.5, "F1", "East")
    assert first.geometry is not None and first.geometry.length > 0


def test_values_that_are_no_numbers_are_named() -> None:
    rows = (
        feature(id="A"),
        feature(id="B", voltage_kv="10"),
        feature(id="C", voltage_kv=True),
        feature(id="D", voltage_kv=10, edge_m=[]),
    )
    entries, faults = read_lines(file_of(*rows), "x")
    assert entries == ()
    assert [(fault.code, fault.where.line, fault.where.column) for fault in faults] == [
        ("lines.number", 1, "voltage_kv"), ("lines.number", 2, "voltage_kv"), ("lines.number", 3, "voltage_kv"),
        ("lines.number", 4, "edge_m"),
    ]  # fmt: skip


BROKEN = (
    None, "x", {"type": "Point", "coordinates": [1, 2]}, {"type": "LineString"},
    {"type": "LineString", "coordinates": [[1]]}, {"type": "LineString", "coordinates": "x"},
)  # fmt: skip


@pytest.mark.parametrize("geometry", BROKEN)
def test_what_is_no_line_has_no_geometry(geometry: object) -> None:
    entries, faults = read_lines(file_of(feature(geometry, id="A", voltage_kv=10)), "x")
    assert faults == () and (entries[0].geometry is None or entries[0].geometry.is_empty)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"features": 3}', "线".encode("gbk"), b"[" * 100_000])
def test_what_is_no_geojson_is_one_fault(data: bytes) -> None:
    entries, faults = read_lines(data, "lines.geojson")
    assert entries == () and [fault.code for fault in faults] == ["lines.not_geojson"]


def test_features_that_are_none_are_faults_too() -> None:
    entries, faults = read_lines(file_of(3, None, {}), "x")
    assert entries == () and len(faults) == 3
