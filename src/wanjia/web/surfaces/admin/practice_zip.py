"""A practice folder that comes as a ZIP: unpacked in memory, within limits, and never outside its folder."""

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from wanjia.model.faults import Fault, Refused, Where
from wanjia.practice.limits import FILE_BYTES_MAX, FOLDER_BYTES_MAX, FOLDER_FILES_MAX

ZIP_BYTES_MAX = 8 * 1024**2
ENCRYPTED = 0x1
IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db")
"""What packing programs add by themselves."""


def read_zip(content: bytes) -> dict[str, bytes]:
    """Relative path -> content of the practice folder, its own name taken off. Raises Refused with every fault."""
    if len(content) > ZIP_BYTES_MAX:
        raise Refused([_too_large()])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir() and not _ignored(one.filename)]
            faults = _faults(entries)
            if faults:
                raise Refused(faults)
            return _without_folder({one.filename: _content(archive, one) for one in entries})
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, UnicodeDecodeError) as error:
        raise Refused([Fault("practice.zip_broken", Where("file"))]) from error


def _faults(entries: list[zipfile.ZipInfo]) -> list[Fault]:
    if not entries:
        return [Fault("practice.zip_broken", Where("file"))]
    # What the archive says of itself; `_content` holds it to that.
    if len(entries) > FOLDER_FILES_MAX or sum(one.file_size for one in entries) > FOLDER_BYTES_MAX:
        return [_too_large()]
    faults, seen = [], set()
    for one in entries:
        shown = {"name": one.filename[:80]}
        if not _inside(one.filename):
            faults.append(Fault("practice.zip_path", Where("file"), shown))
        if one.flag_bits & ENCRYPTED or stat.S_ISLNK(one.external_attr >> 16):
            faults.append(Fault("practice.zip_entry", Where("file"), shown))
        if one.filename in seen:
            faults.append(Fault("practice.zip_name_twice", Where("file"), shown))
        seen.add(one.filename)
    return faults


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read no more than may be, whatever the archive says of its size."""
    with archive.open(entry) as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise Refused([_too_large()])
    return content


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """Whoever packs a folder packs its name along."""
    tops = {path.split("/", 1)[0] for path in files}
    if "practice.yaml" in files or len(tops) != 1 or any("/" not in path for path in files):
        return files
    return {path.split("/", 1)[1]: content for path, content in files.items()}


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name)


def _ignored(name: str) -> bool:
    return name.startswith(IGNORED[0]) or name.rsplit("/", 1)[-1] in IGNORED[1:]


def _too_large() -> Fault:
    return Fault(
        "practice.zip_too_large", Where("file"), {"megabytes": FOLDER_BYTES_MAX // 10**6, "files": FOLDER_FILES_MAX}
    )
