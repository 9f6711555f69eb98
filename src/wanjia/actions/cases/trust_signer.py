"""Trust a key whose archives may be installed here, or trust it no longer."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import TrustedSigner

SUBJECT = "practice:signers"
KEY_DIGITS = 64


def trust_signer(public_key: str, name: str, actor: Actor, now: datetime) -> TrustedSigner:
    """Whoever says so has compared the fingerprint with the sender. The same key again changes nothing."""
    require(actor, "practice", "install")
    key = public_key.strip().lower()
    if len(key) != KEY_DIGITS or set(key) - set("0123456789abcdef") or not name.strip():
        raise Refused([Fault("archive.key_form", Where("public_key"))])
    with transaction.atomic():
        row, made = TrustedSigner.objects.get_or_create(
            public_key=key, defaults={"name": name.strip()[:120], "added_at": now, "added_by": actor.reference}
        )
        if made:
            write_history(SUBJECT, actor, now, [("signer_trusted", {"public_key": key, "name": row.name})])
        return row


def distrust_signer(signer_id: int, actor: Actor, now: datetime) -> None:
    """What was installed stays; nothing more of that key is. Raises NotFound."""
    require(actor, "practice", "install")
    with transaction.atomic():
        row = TrustedSigner.objects.select_for_update().filter(pk=signer_id).first()
        if row is None:
            raise NotFound("signer", signer_id)
        data = {"public_key": row.public_key, "name": row.name}
        row.delete()
        write_history(SUBJECT, actor, now, [("signer_distrusted", data)])
