"""Revisions of a day: written aside, named whole, and made current; the one before is kept for those still reading."""

import os
import shutil
from pathlib import Path

from wanjia.series.disk import sync_folder
from wanjia.series.layout import UNFINISHED

REVISION_DIGITS = 6


def next_revision(folder: Path) -> str:
    """A name later than all others in the folder."""
    found = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
    return f"{max(found, default=0) + 1:0{REVISION_DIGITS}d}"


def begin_revision(folder: Path, revision: str) -> Path:
    """A folder to write a revision in; what crashes left is removed."""
    for path in folder.glob(f"*{UNFINISHED}"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    unfinished = folder / f"{revision}{UNFINISHED}"
    unfinished.mkdir()
    return unfinished


def end_revision(unfinished: Path) -> None:
    """Names a revision whose files are synced."""
    sync_folder(unfinished)
    os.rename(unfinished, unfinished.with_name(unfinished.name.removesuffix(UNFINISHED)))
    sync_folder(unfinished.parent)


def drop_others(folder: Path, *kept: str) -> None:
    """Removes all revisions but these."""
    for path in folder.iterdir():
        if path.name.isdecimal() and path.name not in kept:
            shutil.rmtree(path)
