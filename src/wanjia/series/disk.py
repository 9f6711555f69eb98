"""Files that are there after a power cut: written whole, synced, then named."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def sync_file(path: Path) -> None:
    """The file's bytes are on disk when it returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """The names in the folder are on disk when it returns."""
    sync_file(folder)


def made_folder(folder: Path) -> Path:
    """Makes a folder and those above it, their names on disk."""
    if not folder.is_dir():
        made_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
    return folder


def put_json(path: Path, value: Mapping[str, Any]) -> None:
    """Replaces a small file as a whole; readers see the old one or the new one."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    sync_file(unfinished)
    os.replace(unfinished, path)
    sync_folder(path.parent)


def got_json(path: Path) -> dict[str, Any] | None:
    """What `put_json` wrote; None where there is no such file."""
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Waits until no other process holds the lock, which ends with the process that holds it."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Holds a lock that ends with the process. Raises BlockingIOError at once when somebody else holds it."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
