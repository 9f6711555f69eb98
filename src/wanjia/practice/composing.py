"""Composes a letter from facts: what it says, block by block, in one language. How it looks is the adapter's affair."""

from collections.abc import Iterator, Mapping

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.conditions import value_of
from wanjia.practice.nouns import Block, Practice
from wanjia.practice.placeholders import filled
from wanjia.practice.titles import fact_text, value_text
from wanjia.practice.wording import Manner, with_unit


def compose(practice: Practice, letter: str, facts: Facts, provided: Mapping[str, str], manner: Manner) -> Facts:
    """`{title, blocks, signed_by}`; blocks are `{text}`, `{facts: [[label, value]]}` or `{columns, rows}`.

    `facts` hold the case's settings too; `provided` are the product's own placeholders (case number, organisation).
    Figures stand with their units in lists of facts; in a sentence they stand alone, since its words name the unit.
    """
    rule, language = practice.letters[letter], manner.language
    named = (*practice.inputs, *practice.facts)
    written = {name: fact_text(practice, name, facts.get(name), language, manner.zone) for name in named}
    values = {**written, **provided}
    blocks: list[Json] = [_block(practice, block, facts, values, manner) for block in _shown(rule.blocks, facts)]
    return {
        "title": filled(practice.text(f"letters.{letter}.title", language), values),
        "blocks": blocks,
        "signed_by": practice.text(f"roles.{rule.signed_by}", language) if rule.signed_by else "",
    }


def _shown(blocks: tuple[Block, ...], facts: Facts) -> Iterator[Block]:
    for block in blocks:
        if block.when is None or value_of(block.when, facts) is True:
            yield block


def _block(practice: Practice, block: Block, facts: Facts, values: Mapping[str, str], manner: Manner) -> Facts:
    language = manner.language
    if block.text:
        return {"text": filled(practice.text(block.text, language), values)}
    if block.facts:
        return {"facts": [_labelled(practice, name, values[name], manner) for name in block.facts]}
    items = facts.get(block.items)
    rows = [row for row in items if isinstance(row, dict)] if isinstance(items, list) else []
    return {
        "columns": [column_name(practice, block.items, column, language) for column in block.columns],
        "rows": [
            [
                value_text(practice, block.items, column, row.get(column), language, manner.zone)
                for column in block.columns
            ]
            for row in rows
        ],
    }


def _labelled(practice: Practice, name: str, value: str, manner: Manner) -> list[Json]:
    label = practice.text(f"facts.{name}", manner.language)
    return [label, with_unit(value, practice.facts.get(name, {}), manner, label)]


def column_name(practice: Practice, table: str, column: str, language: str) -> str:
    """A column's heading: its own text, else that of the item fact of the same name."""
    own = f"facts.{table}.{column}"
    found = practice.text(own, language)
    return practice.text(f"facts.{column}", language) if found == own else found
