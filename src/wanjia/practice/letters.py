"""letters.yaml: the structure of documents. Words stand in the texts; how a page looks is not the practice's affair."""

from collections.abc import Iterator

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.checks.rows import repeated_ids
from wanjia.practice.conditions import condition_faults
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import Block, Letter

FILE = "letters.yaml"


def letters_of(folder: Folder) -> dict[str, Letter]:
    """All letters by id."""
    return {str(row.get("id")): _letter(row) for _, row in folder.rows(FILE, "letters")}


def letter_faults(folder: Folder) -> Iterator[Fault]:
    """Roles, facts, columns and conditions that are not there; ids used twice."""
    roles, facts = folder.section("roles"), folder.section("facts")
    yield from repeated_ids(folder, FILE, "letters")
    for index, row in folder.rows(FILE, "letters"):
        for key, also in (("audience", ("requester",)), ("signed_by", ())):
            role = row.get(key)
            if isinstance(role, str) and role not in roles and role not in also:
                yield unknown("practice.role_unknown", folder.where(FILE, "letters", index, key), role, (*roles, *also))
        for at, block in enumerate(_list(row.get("blocks"))):
            yield from _block_faults(folder, facts, (index, at), as_mapping(block))


def item_fields(fact: Facts) -> dict[str, Json]:
    """Declared fields of the elements of a list fact."""
    return as_mapping(as_mapping(fact.get("items")).get("properties"))


def _block_faults(folder: Folder, facts: dict[str, Facts], at: tuple[int, int], block: Facts) -> Iterator[Fault]:
    keys = ("letters", at[0], "blocks", at[1])
    kinds = [kind for kind in ("text", "facts", "table") if kind in block]
    if len(kinds) != 1:
        yield Fault("practice.block_kind", folder.where(FILE, *keys), {"found": ", ".join(kinds) or "—"})
    for index, name in enumerate(as_names(block.get("facts"))):
        if name not in facts:
            yield unknown("practice.fact_unknown", folder.where(FILE, *keys, "facts", index), name, facts)
    if isinstance(block.get("when"), str):
        yield from condition_faults(folder, str(block["when"]), folder.where(FILE, *keys, "when"))
    yield from _table_faults(folder, facts, keys, as_mapping(block.get("table")))


def _table_faults(
    folder: Folder, facts: dict[str, Facts], keys: tuple[str | int, ...], table: Facts
) -> Iterator[Fault]:
    items = table.get("items")
    if not isinstance(items, str):
        return
    if items not in facts:
        yield unknown("practice.fact_unknown", folder.where(FILE, *keys, "table", "items"), items, facts)
        return
    if facts[items].get("type") != "array":
        yield Fault("practice.table_needs_list", folder.where(FILE, *keys, "table", "items"), {"fact": items})
    known = columns_of(folder, items)
    for index, column in enumerate(as_names(table.get("columns"))):
        if known and column not in known:
            yield unknown(
                "practice.column_unknown", folder.where(FILE, *keys, "table", "columns", index), column, known
            )


def columns_of(folder: Folder, name: str) -> tuple[str, ...]:
    """Columns that a list fact can have: declared item fields and item-scoped facts; () when nothing is declared."""
    facts = folder.section("facts")
    declared = item_fields(facts.get(name, {}))
    scoped = tuple(fact for fact, row in facts.items() if row.get("scope") == "item")
    return (*declared, *scoped) if declared or scoped else ()


def _letter(row: Facts) -> Letter:
    signed_by = row.get("signed_by")
    blocks = tuple(_block(as_mapping(block)) for block in _list(row.get("blocks")))
    return Letter(str(row["id"]), str(row["audience"]), blocks, None if signed_by is None else str(signed_by))


def _block(row: Facts) -> Block:
    table = as_mapping(row.get("table"))
    when = row.get("when")
    return Block(
        text=str(row.get("text", "")),
        facts=as_names(row.get("facts")),
        items=str(table.get("items", "")),
        columns=as_names(table.get("columns")),
        when=None if when is None else str(when),
    )


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
