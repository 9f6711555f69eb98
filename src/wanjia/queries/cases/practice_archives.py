"""Practices that came from elsewhere: which there are, who signed them, what they change in what is active."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.practice.archived import Archive
from wanjia.practice.differences import Difference, differences, file_differences
from wanjia.practice.reader import read
from wanjia.practice.stored import text_files
from wanjia.queries.cases.installed import practice_of
from wanjia.records.cases.models import PracticeArchive, PracticeVersion, TrustedSigner

ROWS_SHOWN_MAX = 200


@dataclass(frozen=True)
class ArchiveRow:
    """One archive as it came; `installed_version` is empty while it is only looked at."""

    pk: int
    name: str
    version: str
    signer: str
    public_key: str
    trusted_as: str
    received_at: datetime
    installed_version: str


@dataclass(frozen=True)
class SignerRow:
    """A trusted key and whose it is."""

    pk: int
    name: str
    public_key: str
    added_at: datetime


@dataclass(frozen=True)
class Change:
    """A difference with the name under which people know the thing, in the reader's language."""

    difference: Difference
    name: str


@dataclass(frozen=True)
class Arriving:
    """What installing it would mean: `active` is the version that runs now, if any; `same` that both say the same."""

    active: str
    same: bool
    trusted_as: str
    changes: tuple[Change, ...]
    files: tuple[Difference, ...]


def archive_rows() -> tuple[ArchiveRow, ...]:
    """What came, newest first."""
    found = PracticeArchive.objects.defer("content").select_related("installed")[:ROWS_SHOWN_MAX]
    names = _trusted()
    return tuple(_row(row, names) for row in found)


def archive_row(pk: int) -> tuple[ArchiveRow, bytes] | None:
    """One archive and its bytes; None when there is none."""
    row = PracticeArchive.objects.select_related("installed").filter(pk=pk).first()
    return None if row is None else (_row(row, _trusted()), bytes(row.content))


def signer_rows() -> tuple[SignerRow, ...]:
    """Keys that are trusted, by the name of whose they are."""
    return tuple(SignerRow(row.pk, row.name, row.public_key, row.added_at) for row in TrustedSigner.objects.all())


def active_version(name: str) -> PracticeVersion | None:
    """The version on which new cases begin."""
    return PracticeVersion.objects.filter(name=name, active=True).first()


def arriving(archive: Archive, public_key: str, language: str) -> Arriving:
    """The archive beside what is active here. What it holds has passed `archive_faults`."""
    trusted_as = _trusted().get(public_key, "")
    active = active_version(archive.name)
    new = read(archive.files).practice
    if active is None or new is None:
        return Arriving("", False, trusted_as, (), ())
    old = practice_of(active)
    changes = tuple(
        Change(one, next((said for said in (new.text(one.key, language), old.text(one.key, language))
                          if said != one.key), one.id))
        for one in differences(old, new)
    )  # fmt: skip
    same = active.digest == archive.digest
    return Arriving(
        active.version, same, trusted_as, changes, file_differences(active.files, text_files(archive.files))
    )


def _trusted() -> dict[str, str]:
    return dict(TrustedSigner.objects.values_list("public_key", "name"))


def _row(row: PracticeArchive, names: dict[str, str]) -> ArchiveRow:
    return ArchiveRow(
        row.pk, row.name, row.version, row.signer, row.public_key, names.get(row.public_key, ""), row.received_at,
        row.installed.version if row.installed else "",
    )  # fmt: skip
