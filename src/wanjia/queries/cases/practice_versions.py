"""Installed practices: their versions, settings, how many cases run on each, and where an upgrade leads."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from wanjia.model.faults import Fault
from wanjia.practice.checks.children import link_faults
from wanjia.practice.nouns import Practice, Setting
from wanjia.practice.quality import tier_of
from wanjia.queries.cases.installed import active_practices, practice_of
from wanjia.records.cases.models import Case, PracticeVersion


@dataclass(frozen=True)
class VersionRow:
    """One installed version. `upgrade` maps steps of this version to the active one; None: no way is given."""

    version: str
    digest: str
    active: bool
    installed_at: datetime
    running: int
    total: int
    upgrade: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True)
class SettingRow:
    """A figure the company may set, and what it is now."""

    setting: Setting
    name: str
    value: object
    changed: bool


@dataclass(frozen=True)
class PracticeRow:
    """An installed practice by its active version (the newest one when none is active)."""

    name: str
    title: str
    summary: str
    version: str
    tier: str
    versions: int
    running: int
    total: int
    late: int


@dataclass(frozen=True)
class PracticePage:
    """One practice with all its versions; `links` is what does not fit the practices whose cases it opens."""

    row: PracticeRow
    practice: Practice
    versions: tuple[VersionRow, ...]
    settings: tuple[SettingRow, ...]
    clocks: int
    languages: tuple[str, ...]
    links: tuple[Fault, ...]


def practice_rows(language: str) -> tuple[PracticeRow, ...]:
    """All installed practices by name."""
    names = PracticeVersion.objects.order_by("name").values_list("name", flat=True).distinct()
    return tuple(_row(_versions(name), language) for name in names)


def practice_page(name: str, language: str) -> PracticePage | None:
    """One practice, or None when nothing of that name is installed."""
    versions = _versions(name)
    if not versions:
        return None
    shown = _shown(versions)
    practice = practice_of(shown)
    return PracticePage(
        _row(versions, language), practice, tuple(_version(row, practice) for row in versions),
        tuple(_setting(practice, setting, shown.settings, language) for setting in practice.inputs.values()),
        len(practice.clocks), tuple(practice.texts), _links(practice),
    )  # fmt: skip


def _links(practice: Practice) -> tuple[Fault, ...]:
    if not practice.opens:
        return ()
    return tuple(link_faults(practice, {other.name: other for other in active_practices()}))


def _versions(name: str) -> list[PracticeVersion]:
    running = Count("cases", filter=Q(cases__status=Case.Status.RUNNING))
    late = Count("cases", filter=Q(cases__late=True))
    rows = PracticeVersion.objects.filter(name=name).defer("files")
    return list(rows.annotate(running=running, total=Count("cases"), late=late).order_by("-installed_at"))


def _shown(versions: list[PracticeVersion]) -> PracticeVersion:
    return next((row for row in versions if row.active), versions[0])


def _row(versions: list, language: str) -> PracticeRow:
    shown = _shown(versions)
    practice = practice_of(shown)
    return PracticeRow(
        shown.name, practice.text("name", language), practice.text("summary", language), shown.version,
        tier_of(dict(practice.checklist)) or "none", len(versions), sum(row.running for row in versions),
        sum(row.total for row in versions), sum(row.late for row in versions),
    )  # fmt: skip


def _version(row, active: Practice) -> VersionRow:
    found = active.upgrades.get(row.version)
    return VersionRow(
        row.version, row.digest[:12], row.active, row.installed_at, row.running, row.total,
        None if found is None else tuple(found.items()),
    )  # fmt: skip


def _setting(practice: Practice, setting: Setting, settings: dict, language: str) -> SettingRow:
    value = settings.get(setting.id, setting.default)
    return SettingRow(setting, practice.text(f"inputs.{setting.id}", language), value, value != setting.default)
