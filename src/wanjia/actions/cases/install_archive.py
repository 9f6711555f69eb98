"""Install a practice that came from elsewhere as a candidate: beside the active version, until it is activated."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.archived import Archive, fitting
from wanjia.practice.reader import read
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import PracticeArchive, PracticeVersion, TrustedSigner


def install_archive(
    archive_id: int, archive: Archive, actor: Actor, now: datetime, own_key: str, with_settings: bool = False
) -> PracticeVersion:  # fmt: skip
    """The version, not active yet. Its figures are the company's own as far as they fit, or those of the sender.

    Raises Refused when the signer is neither this installation nor trusted, and with every fault of the practice.
    """
    require(actor, "practice", "install")
    with transaction.atomic():
        row = PracticeArchive.objects.select_for_update().filter(pk=archive_id).first()
        if row is None:
            raise NotFound("practice", archive_id)
        if row.public_key != own_key and not TrustedSigner.objects.filter(public_key=row.public_key).exists():
            raise Refused([Fault("archive.signer_unknown", Where("signature.json"), {"signer": row.signer})])
        settings = archive.settings if with_settings else _own_settings(archive)
        version = install_practice(archive.files, settings, actor, now, candidate=True)
        PracticeArchive.objects.filter(pk=row.pk).update(installed=version)
        data = {"version": row.version, "public_key": row.public_key, "sha256": row.sha256, "settings": with_settings}
        write_history(f"practice:{row.name}", actor, now, [("archive_installed", data)])
        return version


def _own_settings(archive: Archive) -> Facts:
    """What this company has set for the version that runs now, as far as the new one takes it."""
    active = PracticeVersion.objects.filter(name=archive.name, active=True).values("settings").first()
    practice = read(archive.files).practice
    return fitting(active["settings"], practice) if active and practice else {}
