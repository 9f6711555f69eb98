"""The store behind `practice install` and `practice list`: Django is set up first, its rows are loaded after."""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from wanjia.adapters.practice_archive.codec import public_hex
from wanjia.adapters.practice_archive.driver import signing_key
from wanjia.adapters.work_calendar.codec import SOURCE, known_years, named_days
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts
from wanjia.practice.archived import Archive
from wanjia.practice.differences import Difference
from wanjia.practice.quality import tier_of
from wanjia.practice.stored import stored_practice
from wanjia.wiring import migrate, ready

YEARS_BACK = 5  # cases imported from a company's past, and the scenarios of practices, need years that are gone


def install(files: dict[str, bytes], settings: Facts) -> tuple[str, str]:
    """Install one folder; its name and version. Raises Refused with every fault."""
    _open_store()
    now = datetime.now(UTC)
    _enter_first_years(now)
    row = import_module("wanjia.actions.cases.install_practice").install_practice(files, settings, SYSTEM, now)
    return row.name, row.version


def installed_rows(language: str) -> list[dict[str, str]]:
    """The active versions in the store, by name."""
    _open_store()
    versions = import_module("wanjia.records.cases.models").PracticeVersion.objects.filter(active=True)
    return [_row(version, language) for version in versions.order_by("name")]


def loose_links(name: str) -> tuple[Fault, ...]:
    """What does not fit between an installed practice and those whose cases it opens."""
    page = import_module("wanjia.queries.cases.practice_versions").practice_page(name, "en")
    return page.links if page else ()


@dataclass(frozen=True)
class Arrival:
    """An archive that was taken in: its row, whether its signer is trusted, and what it changes in what is active."""

    row_id: int
    trusted: bool
    installed: str
    differences: tuple[Difference, ...]


def leaving(name: str, now: datetime, language: str) -> tuple[Facts, tuple[Facts, ...]]:
    """Settings and figures of the active version, to be taken along; both empty when it is not installed here."""
    _open_store()
    row = import_module("wanjia.records.cases.models").PracticeVersion.objects.filter(name=name, active=True).first()
    if row is None:
        return {}, ()
    figures = import_module("wanjia.queries.standing.before_after").results(SYSTEM, name, now, language)
    return row.settings, figures


def arrive(
    content: bytes, archive: Archive, public_key: str, home: Path, now: datetime, language: str
) -> Arrival:  # fmt: skip
    """Take an archive in. Raises Refused with every fault of the practice inside."""
    _open_store()
    receive = import_module("wanjia.actions.cases.receive_archive").receive_archive
    row = receive(content, archive, public_key, SYSTEM, now)
    look = import_module("wanjia.queries.cases.practice_archives").arriving
    found = look(archive, public_key, language)
    trusted = bool(found.trusted_as) or public_key == public_hex(signing_key(home))
    meant = tuple(change.difference for change in found.changes)
    return Arrival(row.pk, trusted, found.active, (*meant, *found.files))


def trust(public_key: str, name: str, now: datetime) -> None:
    """Trust a key from now on."""
    import_module("wanjia.actions.cases.trust_signer").trust_signer(public_key, name, SYSTEM, now)


def candidate(arrival: Arrival, archive: Archive, home: Path, with_settings: bool, now: datetime) -> tuple[str, str]:
    """Install what arrived, not active yet; its name and version. Raises Refused with every fault."""
    _enter_first_years(now)
    install = import_module("wanjia.actions.cases.install_archive").install_archive
    row = install(arrival.row_id, archive, SYSTEM, now, public_hex(signing_key(home)), with_settings)
    return row.name, row.version


def _open_store() -> None:
    ready()
    migrate()


def _enter_first_years(now: datetime) -> None:
    """A store whose calendar is empty gets the published years, without which no clock in working days can run."""
    if import_module("wanjia.records.cases.models").CalendarYear.objects.exists():
        return
    enter = import_module("wanjia.actions.cases.enter_calendar_year").enter_calendar_year
    for year in known_years():
        if year >= now.year - YEARS_BACK:
            enter(year, named_days(year), SOURCE, SYSTEM, now)


def _row(version: Any, language: str) -> dict[str, str]:
    practice = stored_practice(version.digest, version.files)
    return {
        "name": version.name,
        "version": version.version,
        "prefix": practice.prefix,
        "tier": tier_of(dict(practice.checklist)) or "none",
        "title": practice.text("name", language),
    }
