"""The store behind `practice install` and `practice list`: Django is set up first, its rows are loaded after."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Facts
from wanjia.practice.quality import tier_of
from wanjia.practice.stored import stored_practice
from wanjia.wiring import migrate, ready


def install(files: dict[str, bytes], settings: Facts) -> tuple[str, str]:
    """Install one folder; its name and version. Raises Refused with every fault."""
    _open_store()
    row = import_module("wanjia.actions.cases.install_practice").install_practice(
        files, settings, SYSTEM, datetime.now(UTC)
    )
    return row.name, row.version


def installed_rows(language: str) -> list[dict[str, str]]:
    """The active versions in the store, by name."""
    _open_store()
    versions = import_module("wanjia.records.cases.models").PracticeVersion.objects.filter(active=True)
    return [_row(version, language) for version in versions.order_by("name")]


def _open_store() -> None:
    ready()
    migrate()


def _row(version: Any, language: str) -> dict[str, str]:
    practice = stored_practice(version.digest, version.files)
    return {
        "name": version.name,
        "version": version.version,
        "prefix": practice.prefix,
        "tier": tier_of(dict(practice.checklist)) or "none",
        "title": practice.text("name", language),
    }
