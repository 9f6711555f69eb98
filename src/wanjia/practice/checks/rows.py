"""What tables of clocks, registers, letters and indicators are checked for alike: ids, triggers, fields of items."""

from collections.abc import Iterator

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown


def repeated_ids(folder: Folder, file: str, table: str) -> Iterator[Fault]:
    """A fault for each row whose id stands above it already."""
    seen: set[str] = set()
    for index, row in folder.rows(file, table):
        name = str(row.get("id"))
        if name in seen:
            yield Fault("practice.row_twice", folder.where(file, table, index), {"name": name})
        seen.add(name)


def trigger_faults(folder: Folder, at: tuple[str, str, int], row: Facts, keys: tuple[str, ...]) -> Iterator[Fault]:
    """Triggers under these keys of a row (`at`: file, table, index) that name no step or message of the practice."""
    if not folder.diagram.elements:
        return
    known: dict[str, tuple[str, ...]] = {
        "opened": folder.diagram.steps,
        "done": folder.diagram.steps,
        "returned": folder.diagram.user_steps,
        "message": tuple(folder.section("messages")),
    }
    for key in keys:
        for number, trigger in enumerate(as_names(row.get(key))):
            verb, _, name = trigger.partition(":")
            if verb in known and name and name not in known[verb]:
                where = folder.where(*at, key, number)
                yield unknown("practice.trigger_unknown", where, name, known[verb], trigger=trigger)


def item_fields(folder: Folder) -> frozenset[str]:
    """Every field that any item may have; the engine knows the branch and judges again."""
    facts = folder.section("facts")
    fields = {name for name, fact in facts.items() if fact.get("scope") == "item"}
    for fact in facts.values():
        fields |= set(as_mapping(as_mapping(fact.get("items")).get("properties")))
    return frozenset(fields)
