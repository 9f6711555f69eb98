"""Why works stand where they stand, as the column of their items keeps it."""

from collections.abc import Collection

from wanjia.kernels.planning.plans.reasons import reasons_of
from wanjia.kernels.planning.problem import Ints
from wanjia.kernels.planning.works.compiling import Compiled

Kept = list[dict[str, object]]


def reasons_kept(compiled: Compiled, choice: Ints, works: Collection[str] | None = None) -> dict[str, Kept]:
    """By work, of every work or of those named: code and values of each reason, empty for none."""
    found: dict[str, Kept] = {work.id: [] for work in compiled.listed.works if works is None or work.id in works}
    for one in reasons_of(compiled, choice, works):
        found[one.work].append({"code": one.code, "values": dict(one.values)})
    return found
