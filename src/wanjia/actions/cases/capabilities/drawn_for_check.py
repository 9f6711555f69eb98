"""Is this case among those drawn by lot for a check?"""

from datetime import datetime

from django.utils.crypto import salted_hmac

from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case

_LOTS = 1_000_000
"""Lots are ten-thousandths of a percent, so that shares such as 0.5 % are drawn truly."""


def drawn_for_check(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`drawn` for `share_percent` of all cases, and the `lot` (0 to 100, exclusive) that decided it.

    The lot follows from the case number and the installation's secret: nobody can choose it or foresee it, asking again
    changes nothing, and whoever audits with the secret finds the same.
    """
    digest = salted_hmac("wanjia.lot", case.number, algorithm="sha256").digest()
    lot = int.from_bytes(digest[:8]) % _LOTS * 100 / _LOTS
    share = inputs["share_percent"]
    return {"drawn": isinstance(share, int | float) and lot < share, "lot": round(lot, 4)}
