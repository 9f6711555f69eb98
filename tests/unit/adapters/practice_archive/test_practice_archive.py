"""A practice that travels: what was packed comes out again, and nothing that was touched on the way is taken."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.adapters.practice_archive import entries
from wanjia.adapters.practice_archive.codec import (
    FOLDER,
    MANIFEST,
    SIGNATURE,
    Archive,
    fingerprint,
    key_from,
    opened,
    packed,
    public_hex,
)
from wanjia.adapters.practice_archive.driver import NAME, VARIABLE, signing_key

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FILES = {"practice.yaml": b"domain: x\n", "texts/en.json": b"{}", "texts/zh-Hans.json": '{"a": "网"}'.encode()}
ARCHIVE = Archive("x", "1.2.3", "d" * 64, "望海", "2026-03-02T00:00:00+00:00", FILES, {"limit": 3}, ({"value": 1.5},))

UNKNOWN_AND_UNSIGNED = ["archive.format_unknown", "archive.signature_wrong"]

Change = Callable[[dict[str, bytes]], object]


def rezipped(change: Change, content: bytes = b"") -> bytes:
    """The archive with its entries changed, unsigned changes included."""
    with zipfile.ZipFile(io.BytesIO(content or packed(ARCHIVE, KEY))) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    change(found)
    return zipped(found)


def zipped(found: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    return out.getvalue()


def codes(content: bytes) -> list[str]:
    found = opened(content)
    assert (found.archive is None) == bool(found.faults)
    return [fault.code for fault in found.faults]


def test_what_was_packed_comes_out_and_the_same_parts_make_the_same_bytes() -> None:
    found = opened(packed(ARCHIVE, KEY))
    assert found.faults == () and found.archive == ARCHIVE
    assert found.public_key == public_hex(KEY) and found.fingerprint == fingerprint(public_hex(KEY))
    assert len(found.fingerprint.split()) == 8
    assert packed(ARCHIVE, KEY) == packed(ARCHIVE, KEY)


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_no_flipped_bits_change_what_comes_out_unseen(at: int, bits: int) -> None:
    content = bytearray(packed(ARCHIVE, KEY))
    content[at % len(content)] ^= bits
    found = opened(bytes(content))
    assert found.archive is None or found.archive == ARCHIVE


def _edit(name: str, old: bytes, new: bytes) -> Change:
    def change(found: dict[str, bytes]) -> None:
        assert old in found[name]
        found[name] = found[name].replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_edit(FOLDER + "practice.yaml", b"x", b"y"), ["archive.file_changed"]),
        (lambda found: found.pop(FOLDER + "texts/en.json"), ["archive.file_missing"]),
        (lambda found: found.update({FOLDER + "more.txt": b""}), ["archive.file_unlisted"]),
        (lambda found: found.update({"run.sh": b"echo"}), ["archive.unknown_entry"]),
        (_edit(MANIFEST, b"1.2.3", b"1.2.4"), ["archive.signature_wrong"]),
        (_edit(SIGNATURE, public_hex(KEY).encode(), b"00" * 32), ["archive.signature_wrong"]),
        (_edit(SIGNATURE, b"ed25519", b"none"), ["archive.not_signed"]),
        (lambda found: found.pop(SIGNATURE), ["archive.not_signed"]),
        (_edit(MANIFEST, b'"format_version": 1', b'"format_version": 2'), UNKNOWN_AND_UNSIGNED),
        (lambda found: found.update({MANIFEST: b"[" * 100_000}), ["archive.manifest_wrong", "archive.signature_wrong"]),
    ],
)  # fmt: skip
def test_what_was_touched_is_told_and_not_taken(change: Change, expected: list[str]) -> None:
    found = codes(rezipped(change))
    assert [code for code in found if code in expected] == expected


def test_all_faults_are_told_at_once() -> None:
    def change(found: dict[str, bytes]) -> None:
        found[FOLDER + "practice.yaml"] += b"#"
        del found[FOLDER + "texts/en.json"]
        found[FOLDER + "new.txt"] = b""
        found[MANIFEST] += b" "

    expected = {"archive.file_changed", "archive.file_missing", "archive.file_unlisted", "archive.signature_wrong"}
    assert set(codes(rezipped(change))) == expected


def test_somebody_else_s_signature_over_other_words_is_told() -> None:
    other = packed(Archive("x", "9.9.9", "d" * 64, "", "", FILES), Ed25519PrivateKey.generate())
    with zipfile.ZipFile(io.BytesIO(other)) as archive:
        signature = archive.read(SIGNATURE)
    assert codes(rezipped(lambda found: found.update({SIGNATURE: signature}))) == ["archive.signature_wrong"]


@pytest.mark.parametrize("name", ["../evil.yaml", "/etc/passwd", "practice/../../x", "a\\b", "C:x", "practice/..\\x"])
def test_no_entry_leads_outside(name: str) -> None:
    assert "archive.path" in codes(rezipped(lambda found: found.update({name: b"x"})))


def test_links_and_names_that_come_twice_are_told() -> None:
    out = io.BytesIO(packed(ARCHIVE, KEY))
    link = zipfile.ZipInfo(FOLDER + "link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(FOLDER + "practice.yaml", b"domain: y\n")
    assert codes(out.getvalue()) == ["archive.entry", "archive.twice"]


def test_bombs_and_oversized_archives_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = rezipped(lambda found: found.update({FOLDER + "bomb": b"\0" * (entries.TOTAL_BYTES_MAX + 1)}))
    assert len(bomb) < 50_000 and codes(bomb) == ["archive.too_large"]
    # One that lies about its size: the directory says little, the entry unpacks to more than may be.
    data = b"\0" * (entries.ENTRY_BYTES_MAX + 10)
    lying = zipped({FOLDER + "bomb": data})
    size = len(data).to_bytes(4, "little")
    assert lying.count(size) >= 1
    assert codes(lying.replace(size, (10).to_bytes(4, "little"))) in (["archive.too_large"], ["archive.broken"])
    assert codes(b"\0" * (entries.ARCHIVE_BYTES_MAX + 1)) == ["archive.too_large"]
    many = {f"{FOLDER}f{at}": b"" for at in range(entries.ENTRIES_MAX + 1)}
    assert codes(zipped(many)) == ["archive.too_large"]
    for rubbish in (b"", b"PK\x03\x04", b"not a zip", packed(ARCHIVE, KEY)[:-30]):
        assert codes(rubbish) == ["archive.broken"]


def test_an_unsigned_zip_of_a_practice_is_no_archive() -> None:
    assert set(codes(zipped({"practice.yaml": b"domain: x"}))) >= {"archive.manifest_wrong", "archive.not_signed"}


def test_the_manifest_lacks_nothing() -> None:
    def change(found: dict[str, bytes]) -> None:
        manifest = json.loads(found[MANIFEST])
        del manifest["files"], manifest["digest"]
        found[MANIFEST] = json.dumps(manifest).encode()

    wrong = [fault for fault in opened(rezipped(change)).faults if fault.code == "archive.manifest_wrong"]
    assert {fault.values["key"] for fault in wrong} == {"files", "digest"}


def test_the_installation_s_key_is_made_once_and_is_its_owner_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = signing_key(tmp_path)
    assert public_hex(signing_key(tmp_path)) == public_hex(key)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    kept = (tmp_path / NAME).read_text()
    monkeypatch.setenv(VARIABLE, kept)
    assert public_hex(signing_key(tmp_path / "elsewhere")) == public_hex(key)
    with pytest.raises(ValueError):
        key_from("rubbish")
