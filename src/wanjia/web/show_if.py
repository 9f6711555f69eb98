"""Which fields of a form are asked: one condition for the server, which decides, and the browser, which shows."""

from collections.abc import Iterator
from dataclasses import dataclass

from wanjia.engine.expressions import compile_expression
from wanjia.model.faults import Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.conditions import value_of
from wanjia.practice.nouns import Form, Practice


@dataclass(frozen=True)
class Visibility:
    """What the browser needs: compiled conditions by field, types of the form's own fields, facts from outside it."""

    conditions: Facts
    types: Facts
    facts: Facts

    @property
    def as_json(self) -> Facts:
        """For the page's JSON script."""
        return {"conditions": self.conditions, "types": self.types, "facts": self.facts}


def visibility(practice: Practice, form: Form, known: Facts) -> Visibility | None:
    """None when every field is always asked. Of the case's facts the browser gets only what a condition reads."""
    if not form.show_if:
        return None
    trees: Facts = {name: compile_expression(text, Where())[0] for name, text in form.show_if.items()}
    read = {name for tree in trees.values() for name in _facts_in(tree)}
    types: Facts = {name: str(practice.facts[name].get("type", "")) for name in read & set(form.fields)}
    return Visibility(trees, types, {name: known.get(name) for name in read - set(form.fields)})


def hidden_fields(practice: Practice, form: Form, facts: Facts | None, answers: Facts) -> Iterator[str]:
    """Fields whose condition does not hold; without `facts` only those whose condition reads this form alone."""
    known = {**practice.defaults, **(facts or {}), **answers}
    for name, text in form.show_if.items():
        alone = set(_facts_in(compile_expression(text, Where())[0])) <= set(form.fields)
        if (facts is not None or alone) and value_of(text, known) is not True:
            yield name


def _facts_in(tree: Json) -> Iterator[str]:
    """Names of the facts that a compiled condition reads: nodes `["fact", position, name]`."""
    if isinstance(tree, list):
        if len(tree) == 3 and tree[0] == "fact":
            yield str(tree[2])
        for part in tree:
            yield from _facts_in(part)
