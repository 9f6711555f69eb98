"""Practice folders for tests: read from disk, or made from the template with some files changed."""

from pathlib import Path

from wanjia.adapters.work_calendar.codec import work_calendar
from wanjia.cli._practice_new import template_files

CALENDAR = work_calendar()


def files_in(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by relative path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def small_practice() -> dict[str, bytes]:
    """The files of the practice that `wanjia practice new` makes."""
    return template_files("meter_test", "MT")
