"""Marks of a form and of what stood in it: whoever filled it in elsewhere learns whether either has changed since."""

import hashlib
import json

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice

MARK_CHARACTERS = 24
"""Of a SHA-256 in hex: 96 bits, enough against chance; nobody gains by making two forms look alike."""


def form_mark(practice: Practice, step: str) -> str:
    """Mark of what a step asks: fields, their rules, conditions and what must be answered. Wording does not count."""
    form = practice.forms.get(step)
    if form is None:
        return _mark([practice.name, step])
    rules: list[Json] = [practice.facts[name] for name in form.fields]
    return _mark(
        [practice.name, step, list(form.fields), rules, form.schema, sorted(form.required), dict(form.show_if)]
    )


def known_values(practice: Practice, step: str, facts: Facts) -> Facts:
    """What the case already knows of the fields of a step's form: an earlier round answered it."""
    form = practice.forms.get(step)
    return {name: facts[name] for name in (form.fields if form else ()) if facts.get(name) is not None}


def values_mark(practice: Practice, step: str, facts: Facts) -> str:
    """Mark of `known_values`."""
    return _mark(known_values(practice, step, facts))


def _mark(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_CHARACTERS]
