"""What a new version changes is told by its meaning: fields, clocks, settings, not lines."""

from dataclasses import replace
from pathlib import Path

from wanjia.practice.differences import differences, file_differences
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read

FOLDER = Path(__file__).parents[3] / "practices" / "finding_rectification"
FILES = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}


def _read(changes: dict[str, tuple[str, str]]) -> Practice:
    files = dict(FILES)
    for path, (old, new) in changes.items():
        text = files[path].decode()
        assert old in text, (path, old)
        files[path] = text.replace(old, new, 1).encode()
    reading = read(files)
    assert reading.practice is not None, reading.faults
    return reading.practice


def test_the_same_practice_has_no_differences() -> None:
    assert differences(_read({}), _read({})) == ()
    texts = {path: data.decode() for path, data in FILES.items()}
    assert file_differences(texts, texts) == ()


def test_a_longer_clock_another_default_and_a_field_that_must_be_answered_are_told() -> None:
    new = _read(
        {
            "clocks.yaml": ("limit: {value: 10, unit: working_days}", "limit: {value: 12, unit: working_days}"),
            "practice.yaml": ("default: 2,", "default: 5,"),
            "forms/approve.schema.json": ('"required": [', '"required": ["approval_note", '),
        }
    )  # fmt: skip
    found = {(one.part, one.id): one for one in differences(_read({}), new)}
    assert set(found) == {("clocks", "plan"), ("settings", "exceptions_max"), ("fields", "approve.approval_note")}
    assert "10 working_days" in found["clocks", "plan"].before and "12 working_days" in found["clocks", "plan"].after
    assert found["settings", "exceptions_max"].key == "inputs.exceptions_max"
    assert found["fields", "approve.approval_note"].key == "facts.approval_note"
    assert found["fields", "approve.approval_note"].after.startswith("needed")
    assert all(one.kind == "changed" for one in found.values())


def test_what_is_new_and_what_is_gone() -> None:
    old = _read({})
    without = replace(old, letters={"report": old.letters["report"]}, clocks=old.clocks[1:])
    gone = {(one.part, one.id): one for one in differences(old, without)}
    assert set(gone) == {("letters", "task_list"), ("letters", "closure"), ("clocks", "round")}
    assert all(one.kind == "gone" and not one.after for one in gone.values())
    assert gone["letters", "task_list"].key == "letters.task_list.title"
    new = {(one.part, one.id) for one in differences(without, old) if one.kind == "new"}
    assert new == set(gone)
    files = file_differences({"a": "1\n2\n", "b": "x"}, {"a": "1\n3\n", "c": "y\n"})
    assert [(one.id, one.kind) for one in files] == [("a", "changed"), ("b", "gone"), ("c", "new")]
