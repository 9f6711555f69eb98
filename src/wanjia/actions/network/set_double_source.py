"""Say from which districts a customer with two supplies is fed, so that no plan takes both away."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import district_facts, subject_of_districts
from wanjia.records.network.planning import DoubleSource

CODE_CHARACTERS_MAX, NAME_CHARACTERS_MAX = 40, 80
SOURCES_LEAST, SOURCES_MAX = 2, 6


def set_double_source(
    code: str, name: str, sources: tuple[tuple[str, ...], ...], actor: Actor, now: datetime
) -> DoubleSource:  # fmt: skip
    """The row, made or brought up to date; one list of district codes a supply. Raises Denied, Refused."""
    named = {district for source in sources for district in source}
    facts = district_facts(named)
    touched = [(one.cell_code, one.organisation_id) for one in facts.values()]
    require(actor, "work", "edit", subject_of_districts(touched))
    if faults := list(_faults(code, name, sources, sorted(named - facts.keys()))):
        raise Refused(faults)
    with transaction.atomic():
        values = {"name": name.strip(), "sources": [sorted(one) for one in sources], "set_at": now, "removed_at": None}
        row, _ = DoubleSource.objects.update_or_create(code=code.strip(), defaults=values)
        write_history(f"double_source:{code}", actor, now, [("double_source_set", {"sources": row.sources})])
        return row


def remove_double_source(code: str, actor: Actor, now: datetime) -> DoubleSource:
    """It has one supply only. Raises NotFound, Denied."""
    with transaction.atomic():
        row = DoubleSource.objects.select_for_update().filter(code=code, removed_at=None).first()
        if row is None:
            raise NotFound("double_source", code)
        facts = district_facts({district for source in row.sources for district in source})
        touched = [(one.cell_code, one.organisation_id) for one in facts.values()]
        require(actor, "work", "edit", subject_of_districts(touched))
        row.removed_at = now
        row.save(update_fields=["removed_at"])
        write_history(f"double_source:{code}", actor, now, [("double_source_removed", {})])
        return row


def _faults(code: str, name: str, sources: tuple[tuple[str, ...], ...], unknown: list[str]) -> Iterator[Fault]:
    shared = len({one for source in sources for one in source}) < sum(len(set(source)) for source in sources)
    found = [
        (not 0 < len(code.strip()) <= CODE_CHARACTERS_MAX, "plan.source_code", "code"),
        (not 0 < len(name.strip()) <= NAME_CHARACTERS_MAX, "plan.source_name", "name"),
        (not SOURCES_LEAST <= len(sources) <= SOURCES_MAX or not all(sources), "plan.sources", "sources"),
        (shared, "plan.sources_shared", "sources"),
        (bool(unknown), "plan.district_unknown", "sources"),
    ]  # fmt: skip
    values = {
        "characters_max": CODE_CHARACTERS_MAX, "name_max": NAME_CHARACTERS_MAX, "least": SOURCES_LEAST,
        "most": SOURCES_MAX, "districts": ", ".join(unknown[:10]),
    }  # fmt: skip
    return (Fault(one, Where(column), values) for is_wrong, one, column in found if is_wrong)
