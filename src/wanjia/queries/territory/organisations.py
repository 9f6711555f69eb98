"""The tree of organisations, and one of them with who works there."""

from dataclasses import dataclass

from django.db.models import Count

from wanjia.records.territory.holders import organisation_line
from wanjia.records.territory.models import Organisation


@dataclass(frozen=True)
class OrganisationRow:
    """One line of the tree. `depth` counts from 0; `line` are its code and those above it."""

    code: str
    kind: str
    name: str
    name_zh: str
    name_en: str
    parent: str
    parent_name: str
    phone: str
    depth: int
    posts: int
    people: int
    children: int
    line: frozenset[str]


def organisation_tree(language: str, text: str = "", kind: str = "") -> tuple[OrganisationRow, ...]:
    """Parents before children, each branch by code; with a filter only what fits, still in that order."""
    rows = {row.code: row for row in _rows()}
    children: dict[str, list[str]] = {}
    for row in rows.values():
        children.setdefault(row.parent_id or "", []).append(row.code)
    ordered: list[OrganisationRow] = []
    _walk("", 0, frozenset(), rows, children, language, ordered)
    return tuple(row for row in ordered if _fits(row, text.strip().lower(), kind))


def organisation(code: str, language: str) -> OrganisationRow | None:
    """One organisation."""
    row = _rows().filter(code=code).first()
    if row is None:
        return None
    line = organisation_line(row)
    return _value(row, len(line) - 1, frozenset(line), language, row.children.count())


def organisation_choices(language: str) -> tuple[tuple[str, str], ...]:
    """(code, name indented by depth) for a choice."""
    return tuple((row.code, "　" * row.depth + row.name) for row in organisation_tree(language))


def line_of(code: str) -> frozenset[str]:
    """The organisation and those above it; empty when there is none."""
    return frozenset(organisation_line(Organisation.objects.filter(code=code).first()))


def kinds() -> tuple[str, ...]:
    """Kinds of organisation; their names are texts `organisation_kind.*`."""
    return tuple(Organisation.Kind.values)


def _rows():
    return Organisation.objects.select_related("parent").annotate(
        post_count=Count("posts", distinct=True), person_count=Count("person", distinct=True)
    )


def _walk(
    code: str, depth: int, above: frozenset[str], rows: dict[str, Organisation], children: dict[str, list[str]],
    language: str, ordered: list[OrganisationRow],
) -> None:  # fmt: skip
    for child in sorted(children.get(code, [])):
        line = above | {child}
        ordered.append(_value(rows[child], depth, line, language, len(children.get(child, []))))
        _walk(child, depth + 1, line, rows, children, language, ordered)


def _value(row, depth: int, line: frozenset[str], language: str, children: int) -> OrganisationRow:
    english = language == "en"
    parent = row.parent
    return OrganisationRow(
        row.code, row.kind, row.name_en if english else row.name_zh, row.name_zh, row.name_en,
        parent.code if parent else "", ((parent.name_en if english else parent.name_zh) if parent else ""), row.phone,
        depth, row.post_count, row.person_count, children, line,
    )  # fmt: skip


def _fits(row: OrganisationRow, text: str, kind: str) -> bool:
    words = (row.code, row.name_zh, row.name_en.lower(), row.phone)
    return (not kind or row.kind == kind) and (not text or any(text in word for word in words))
