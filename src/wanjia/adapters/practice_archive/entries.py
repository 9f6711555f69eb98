"""The files inside a ZIP, unpacked in memory: within limits, none twice, none that points outside."""

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from wanjia.model.faults import Fault, Where

ARCHIVE_BYTES_MAX = 8 * 1024**2
"""Of the archive itself: texts pack to a fifth, and no practice folder may hold more than 8 MB."""
ENTRIES_MAX = 210
"""A practice's 200 files, the manifest, the signature, and a few that are refused by name."""
ENTRY_BYTES_MAX = 2_000_000
TOTAL_BYTES_MAX = 12_000_000
ENCRYPTED = 0x1
NAME_SHOWN = 80


def unzipped(content: bytes) -> tuple[dict[str, bytes], list[Fault]]:
    """Name -> bytes, and every fault; nothing is unpacked beyond the limits, whatever the archive says of itself."""
    if len(content) > ARCHIVE_BYTES_MAX:
        return {}, [_too_large(len(content))]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            faults = _entry_faults(entries)
            return ({}, faults) if faults else _read(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        return {}, [Fault("archive.broken", Where("file"))]


def _entry_faults(entries: list[zipfile.ZipInfo]) -> list[Fault]:
    told = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES_MAX or told > TOTAL_BYTES_MAX:
        return [_too_large(told)]
    faults, seen = [], set()
    for entry in entries:
        shown = {"name": entry.filename[:NAME_SHOWN]}
        if not _inside(entry.filename):
            faults.append(Fault("archive.path", Where("file"), shown))
        if entry.flag_bits & ENCRYPTED or stat.S_ISLNK(entry.external_attr >> 16):
            faults.append(Fault("archive.entry", Where("file"), shown))
        if entry.filename in seen:
            faults.append(Fault("archive.twice", Where("file"), shown))
        seen.add(entry.filename)
    return faults


def _read(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> tuple[dict[str, bytes], list[Fault]]:
    found: dict[str, bytes] = {}
    for entry in entries:
        with archive.open(entry) as file:
            content = file.read(ENTRY_BYTES_MAX + 1)
        if len(content) > ENTRY_BYTES_MAX or sum(map(len, found.values())) + len(content) > TOTAL_BYTES_MAX:
            return {}, [_too_large(len(content))]
        found[entry.filename] = content
    return found, []


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name)


def _too_large(found: int) -> Fault:
    values = {"bytes": found, "bytes_max": ARCHIVE_BYTES_MAX, "entries_max": ENTRIES_MAX}
    return Fault("archive.too_large", Where("file"), values)
