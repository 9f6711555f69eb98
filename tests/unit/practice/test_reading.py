"""Laws of reading: the digest says what a folder says, writing and reading come back, bad bytes never raise."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.practices import small_practice
from wanjia.practice.folder import open_folder
from wanjia.practice.json_text import parse_json
from wanjia.practice.limits import DEPTH_MAX, FILE_BYTES_MAX
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read
from wanjia.practice.writer import write
from wanjia.practice.yaml_text import parse_yaml

FILES = small_practice()


def practice_of(files: dict[str, bytes]) -> Practice:
    reading = read(files)
    assert reading.practice is not None, reading.faults
    return reading.practice


SMALL = practice_of(FILES)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_order_of_files_does_not_matter(shuffling: random.Random) -> None:
    paths = list(FILES)
    shuffling.shuffle(paths)
    assert practice_of({path: FILES[path] for path in paths}) == SMALL


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_line_endings_do_not_matter(ending: bytes) -> None:
    changed = {path: content.replace(b"\n", ending) for path, content in FILES.items() if not path.endswith(".json")}
    assert practice_of({**FILES, **changed}).digest == SMALL.digest


def test_comments_and_prose_do_not_change_the_digest_but_words_do() -> None:
    prose = {**FILES, "README.md": FILES["README.md"] + b"\nMore.\n", "clocks.yaml": b"# new\n" + FILES["clocks.yaml"]}
    assert practice_of(prose).digest == SMALL.digest
    words = {**FILES, "texts/en.json": FILES["texts/en.json"].replace(b"New practice", b"Newer practice")}
    assert practice_of(words).digest != SMALL.digest


def test_written_and_read_again_is_the_same_practice() -> None:
    again = practice_of(dict(write(SMALL)))
    assert again == SMALL
    assert write(again) == write(SMALL)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.sampled_from([None, 2]))
@settings(max_examples=80, deadline=None)
def test_json_is_read_as_the_standard_parser_reads_it(value: object, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    parsed = parse_json("a.json", text.encode())
    assert parsed.value == json.loads(text)
    assert not parsed.faults
    lines = text.split("\n")
    for path, line in parsed.lines.items():
        if path and isinstance(path[-1], str):
            assert json.dumps(path[-1], ensure_ascii=False) in lines[line - 1]


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_bytes_raise(content: bytes) -> None:
    for path in ("practice.yaml", "texts/en.json", "process.bpmn", "clocks.yaml", "scenarios/solved.yaml"):
        reading = read({path: content})
        assert reading.practice is None
        assert reading.faults


@given(st.sampled_from(sorted(FILES)), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_a_folder_cut_anywhere_is_said_or_still_whole(path: str, chance: random.Random) -> None:
    content = FILES[path]
    cut = content[: chance.randrange(len(content))]
    reading = read({**FILES, path: cut})
    assert (reading.practice is None) == bool(reading.faults)


@given(st.text("[]{}:,&*!#-? \n\"'abc\t", max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_yaml_raises_and_no_anchor_passes(text: str) -> None:
    parsed = parse_yaml("a.yaml", text.encode())
    assert parsed.faults or parsed.value is None or isinstance(parsed.value, (str, int, float, bool, list, dict))


def test_yaml_words_are_as_in_json() -> None:
    text = b"a: yes\nb: 2024-01-01\nc: 1:30\nd: 010\ne: ~\nf: 'true'\ng: 1.5\nh: true\n"
    value = parse_yaml("a.yaml", text).value
    assert value == {
        "a": "yes", "b": "2024-01-01", "c": "1:30", "d": 10, "e": None, "f": "true", "g": 1.5, "h": True,
    }  # fmt: skip


def test_limits_hold_on_both_sides() -> None:
    for depth, deep in ((DEPTH_MAX - 1, False), (DEPTH_MAX + 1, True)):
        for parse in (parse_yaml, parse_json):
            found = parse("a", b"[" * depth + b"]" * depth).faults
            assert any(fault.code == "practice.too_deep" for fault in found) is deep
    folder = open_folder({**FILES, "README.md": b"x" * (FILE_BYTES_MAX + 1)})
    assert [fault.code for fault in folder.faults] == ["practice.file_too_large"]
    assert not open_folder({**FILES, "README.md": b"x" * FILE_BYTES_MAX}).faults


def test_every_value_of_a_file_knows_its_line() -> None:
    parsed = parse_yaml("a.yaml", b"a:\n  - b: 1\n    c: [x,\n      y]\n")
    assert [parsed.where("a", 0, "c", 1).line, parsed.where("a", 0, "b").line] == [4, 2]
    assert str(parsed.where("a", 0, "missing")) == "a.yaml:2:a.0.missing"
