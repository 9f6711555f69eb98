"""Take in a practice that came from elsewhere: kept as it came, so that it can be looked at before it is installed."""

import hashlib
from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Refused
from wanjia.practice.archived import Archive, archive_faults
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import PracticeArchive


def receive_archive(content: bytes, archive: Archive, public_key: str, actor: Actor, now: datetime) -> PracticeArchive:
    """The archive's row; the same bytes again give the same one. Raises Refused with every fault of the folder."""
    require(actor, "practice", "install")
    if faults := archive_faults(archive):
        raise Refused(faults)
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        known = PracticeArchive.objects.filter(sha256=sha256).first()
        if known is not None:
            return known
        row = PracticeArchive.objects.create(
            sha256=sha256, content=content, name=archive.name, version=archive.version, digest=archive.digest,
            signer=archive.signer[:120], public_key=public_key, received_at=now, received_by=actor.reference,
        )  # fmt: skip
        data = {"version": row.version, "digest": row.digest, "public_key": public_key, "sha256": sha256}
        write_history(f"practice:{row.name}", actor, now, [("archive_received", data)])
        return row
