"""An unknown name, and the known one that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from wanjia.model.faults import Fault, Where

LISTED_MAX = 12


def unknown(code: str, where: Where, name: object, known: Iterable[str], **values: object) -> Fault:
    """`code` with the known names as its remedy, or `<code>_near` when one known name looks alike."""
    names = sorted({str(item) for item in known})
    near = get_close_matches(str(name), names, n=1, cutoff=0.7)
    if near:
        return Fault(f"{code}_near", where, {"name": name, "near": near[0], **values})
    listed = ", ".join(names[:LISTED_MAX]) + (", …" if len(names) > LISTED_MAX else "")
    return Fault(code, where, {"name": name, "known": listed or "—", **values})
