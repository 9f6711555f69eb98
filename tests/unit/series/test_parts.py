"""Parts on disk and the index of meters: what is read is what was written, row by row."""

from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.model.readings import MISSING
from wanjia.series import layout_parts
from wanjia.series.layout_parts import PartWriter, Rows, has_reading, open_part, read_block, read_blocks
from wanjia.series.meter_index import MeterIndex, Others

NAMES = st.text(max_size=12)


@pytest.mark.parametrize("kind", [np.int16, np.float64])
@pytest.mark.parametrize("slots", [92, 96, 100])
def test_rows_come_back(tmp_path: Path, kind: type, slots: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_parts, "ROW_GROUP_ROWS", 16)
    count = 50
    values = np.arange(count * slots).reshape(count, slots).astype(kind)
    values[3, 4] = np.nan if kind is np.float64 else MISSING
    bits = np.zeros((count, (slots + 7) // 8), np.uint8)
    bits[20, 1] = 4
    names = pa.array([f"D{at // 10}" for at in range(count)])
    rows = Rows(
        names,
        pa.array([f"M{at}" for at in range(count)]),
        np.full(count, 1, np.int8),
        np.full(count, 0.5),
        values,
        bits,
    )
    writer = PartWriter(tmp_path / "part.parquet", slots, kind is np.float64)
    writer.write(rows)
    writer.close()
    blocks = list(read_blocks([tmp_path / "part.parquet"], [f"D{at}" for at in range(5)]))
    assert [len(block.role) for block in blocks] == [16, 16, 16, 2]
    np.testing.assert_array_equal(np.concatenate([block.values for block in blocks]), values)
    assert blocks[0].estimated is None and blocks[1].estimated is not None
    np.testing.assert_array_equal(blocks[1].estimated, bits[16:32])
    assert np.concatenate([block.district for block in blocks]).tolist() == [at // 10 for at in range(count)]
    assert not has_reading(blocks[0].values)[3, 4] and has_reading(blocks[0].values).sum() == 16 * slots - 1
    with open_part(tmp_path / "part.parquet") as part:
        other = read_block(part, 0, pa.array(["D1"]))
        assert other.district.tolist() == [-1] * 10 + [0] * 6


def test_slots_lie_plain_on_the_disk(tmp_path: Path) -> None:
    values = np.array([[1, 2, 3, MISSING]], np.int16)
    writer = PartWriter(tmp_path / "p", 4, False)
    writer.write(Rows(pa.array(["D"]), pa.array(["M"]), np.zeros(1, np.int8), np.ones(1), values))
    writer.close()
    metadata = pq.read_metadata(tmp_path / "p")
    column = next(metadata.row_group(0).column(at) for at in range(6) if metadata.schema.names[at] == "slots")
    assert column.compression == "UNCOMPRESSED" and "PLAIN" in column.encodings and not column.has_dictionary_page
    assert values.astype("<i2").tobytes() in (tmp_path / "p").read_bytes()


@settings(max_examples=50)
@given(
    known=st.lists(st.text(max_size=12), unique=True, max_size=40), asked=st.lists(st.text(max_size=12), max_size=40)
)
def test_the_index_finds_what_a_dictionary_finds(known: list[str], asked: list[str]) -> None:
    index, of = MeterIndex(pa.array(known, pa.string())), {name: at for at, name in enumerate(known)}
    asked = asked + known[::2]
    for ids in (pa.array(asked, pa.string()), pa.array(["x", *asked, "y"], pa.string()).slice(1, len(asked))):
        assert index.rows(ids).tolist() == [of.get(name, -1) for name in asked]
        assert index.rows(ids).tolist() == [of.get(name, -1) for name in asked]
    others = Others(index)
    found = others.rows(pa.array(asked, pa.string())).tolist()
    behind = list(dict.fromkeys(name for name in asked if name not in of))
    whole = {**of, **{name: len(known) + at for at, name in enumerate(behind)}}
    assert found == [whole[name] for name in asked]


@settings(max_examples=80)
@given(
    known=st.lists(st.text("ab\0é", max_size=4), unique=True, max_size=40).map(
        lambda names: sorted(names, key=str.encode)
    ),
    order=st.randoms(use_true_random=False),
    shuffled=st.booleans(),
)
def test_ids_in_order_are_found_without_and_with_a_table(known: list[str], order: Random, shuffled: bool) -> None:
    index, of = MeterIndex(pa.array(known, pa.string())), {name: at for at, name in enumerate(known)}
    assert index.repeats == 0
    asked = [name for name in [*known, "c", ""] for _ in range(3)]
    if shuffled:
        order.shuffle(asked)
    memory = index.memory()
    for names in (asked, known, asked[::-1]):
        assert index.look_up(pa.array(names, pa.string()), memory).tolist() == [of.get(name, -1) for name in names]


def test_an_id_given_twice_is_counted_wherever_it_stands() -> None:
    for names in (["a", "b", "b"], ["b", "a", "b"], ["b", "b"]):
        assert MeterIndex(pa.array(names, pa.string())).repeats == 1
