"""The journal: what was appended is there after a cut at any byte, as far as it was whole; nothing else is."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.adapters.telemetry import journal as module
from wanjia.adapters.telemetry.binary import encode_binary
from wanjia.adapters.telemetry.codec import events_topic
from wanjia.adapters.telemetry.intake import ARRIVAL, SENT, Aside, Intake
from wanjia.adapters.telemetry.journal import Journal, Reader, drop_before, segments
from wanjia.adapters.telemetry.nouns import Message
from wanjia.model.faults import Refused

AT = 1_780_000_000_000


def write(journal: Journal, counts: list[int]) -> list[int]:
    """Entries of so many events; the keys count on, and are given back."""
    keys = []
    for count in counts:
        new = np.arange(journal.events, journal.events + count)
        received = journal.until_ms + 1 + np.arange(count) if journal.until_ms else AT + np.arange(count)
        journal.append(received, new.astype(np.uint64), (new % 3).astype(np.uint8), received - 5, until_ms=AT)
        keys += new.tolist()
    return keys


def read(folder: Path, at: int = 0, events_max: int = 7) -> tuple[list[int], list[int]]:
    """All keys and times of arrival from an entry on."""
    reader, keys, received = Reader(folder, at), [], []
    while (records := reader.read(events_max)) is not None:
        keys += records.keys.tolist()
        received += records.received.tolist()
        assert records.kinds.tolist() == [key % 3 for key in records.keys.tolist()]
        assert records.occurred.tolist() == [at - 5 for at in records.received.tolist()]
        assert not len(records.received) or records.until_ms >= records.received[-1]
    reader.close()
    return keys, received


counts = st.lists(st.integers(0, 9), min_size=1, max_size=12)


@given(counts, st.sampled_from([300, 10**6]))
@settings(max_examples=25)
def test_what_was_written_is_read_in_order_from_any_entry(written: list[int], segment_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = Journal(folder, segment_bytes)
        keys = write(journal, written)
        journal.close()
        found, received = read(folder)
        assert found == keys and received == sorted(set(received))
        for at in range(len(written) + 1):
            assert read(folder, at)[0] == keys[sum(written[:at]) :]


@given(counts, st.sampled_from([300, 10**6]), st.data())
@settings(max_examples=60)
def test_after_a_cut_at_any_byte_whole_entries_are_there_and_writing_goes_on(
    written: list[int], segment_bytes: int, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = Journal(folder, segment_bytes)
        keys = write(journal, written)
        journal.close()
        last = segments(folder)[-1]
        size = last.stat().st_size
        cut = data.draw(st.integers(0, size))
        content = last.read_bytes()
        damaged = content[:cut] + (b"" if data.draw(st.booleans()) else bytes(min(40, size - cut)))
        last.write_bytes(damaged)
        again = Journal(folder, segment_bytes)
        assert again.events <= len(keys) and (cut < size or again.events == len(keys))
        assert read(folder)[0] == keys[: again.events]
        more = write(again, [3, 2])
        again.close()
        assert read(folder)[0] == keys[: more[0]] + more


def test_a_reader_follows_and_sees_only_what_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, reader = Journal(tmp_path), Reader(tmp_path)
    assert reader.read(100) is None
    write(journal, [2])
    assert reader.read(100) is not None and reader.read(100) is None
    seen = []
    monkeypatch.setattr(module.os, "fdatasync", lambda _: seen.append(reader.read(100)))
    write(journal, [3])
    assert seen == [None] and reader.lag == 1
    records = reader.read(100)
    assert records is not None and len(records.keys) == 3


def test_a_disk_that_refuses_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    keys = write(journal, [4])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "fdatasync", full)
        with pytest.raises(OSError):
            write(journal, [5])
    keys += write(journal, [2])
    journal.close()
    assert read(tmp_path)[0] == keys == list(range(6))


def test_one_writer_at_a_time_and_time_never_goes_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(Refused) as refused:
        Journal(tmp_path)
    assert refused.value.faults[0].code == "telemetry.journal_in_use"
    write(journal, [1])
    one = np.zeros(1, np.uint64)
    with pytest.raises(ValueError, match="after time has come"):
        journal.append(AT, one, one.astype(np.uint8), one.astype(np.int64))
    journal.mark(AT + 1000)
    journal.mark(AT)
    assert journal.until_ms == AT + 1000


def test_damage_in_an_older_segment_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(tmp_path, segment_bytes=200)
    keys = write(journal, [5] * 4)
    journal.close()
    second = segments(tmp_path)[1]
    content = bytearray(second.read_bytes())
    content[-3] ^= 1
    second.write_bytes(bytes(content))
    assert read(tmp_path)[0] == keys[:5] + keys[10:]
    assert "cannot be read" in caplog.text


def test_old_segments_go_when_nobody_needs_them(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_bytes=200)
    keys = write(journal, [5] * 6)
    assert drop_before(tmp_path, 3, keep_seconds=1000, keep_bytes=10**9) == 0
    assert drop_before(tmp_path, 3, keep_seconds=-1, keep_bytes=10**9) == 3
    assert read(tmp_path, 3)[0] == read(tmp_path)[0] == keys[15:]
    assert drop_before(tmp_path, 6, keep_seconds=1000, keep_bytes=0) == 2
    journal.close()
    assert Journal(tmp_path).events == len(keys)


def message(sequence: int, sent_at: int, *keys: int) -> bytes:
    """A payload of the sender c-1."""
    found = np.array(keys, np.uint64)
    kinds, occurred = found.astype(np.uint8) % 3, np.full(len(keys), sent_at - 5)
    return encode_binary(Message("c-1", sequence, sent_at, found, kinds, occurred))


TOPIC = events_topic("main", "c-1")


def test_an_intake_knows_repeats_also_after_a_restart_and_keeps_malformed_messages_aside(tmp_path: Path) -> None:
    for _ in range(3):
        intake = Intake(Journal(tmp_path / "journal", 10**6), Aside(tmp_path / "aside", files_max=2), ARRIVAL)
        for payload in (message(1, AT, 1, 2), message(2, AT, 3), message(1, AT, 1, 2), b"WJEV?"):
            intake.take(TOPIC, payload, AT)
        assert intake.commit(AT) == ("c-1",)
        intake.journal.close()
    journal = Journal(tmp_path / "journal")
    assert (journal.events, journal.repeated, journal.refused) == (3, 1 + 3 + 3, 3)
    kept = sorted((tmp_path / "aside").iterdir())
    assert len(kept) == 2 and kept[0].name.endswith("binary_short") and kept[0].read_bytes().endswith(b"\nWJEV?")
    journal.close()


@pytest.mark.parametrize("clock", [ARRIVAL, SENT])
def test_arrivals_ascend_whatever_the_clock_says(tmp_path: Path, clock: str) -> None:
    """Our clock may be set back, and senders' times come mixed: what was told to have passed stays passed."""
    intake = Intake(Journal(tmp_path / "journal"), Aside(tmp_path / "aside"), clock)
    for now, sent in ((AT, [AT + 50, AT + 20]), (AT - 500, [AT + 10]), (AT + 900, [AT + 700, AT + 800])):
        for at in sent:
            intake.take(TOPIC, message(intake.journal.events + len(intake.taken) + 1, at, 1), now)
        intake.commit(now)
    reader = Reader(tmp_path / "journal")
    records = reader.read(100)
    assert records is not None
    times = (records.received - AT).tolist()
    assert times == ([0, 0, 1, 900, 900] if clock == ARRIVAL else [50, 50, 51, 700, 800])


def test_a_group_that_could_not_be_written_is_written_first_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Intake(Journal(tmp_path / "journal"), Aside(tmp_path / "aside"))
    intake.take(TOPIC, message(1, AT, 1), AT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "fdatasync", full)
        with pytest.raises(OSError):
            intake.commit(AT)
    intake.take(TOPIC, message(1, AT, 1), AT)
    intake.take(TOPIC, message(2, AT, 2), AT)
    intake.commit(AT)
    assert (intake.journal.events, intake.journal.repeated) == (2, 1)
