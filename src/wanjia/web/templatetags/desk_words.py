"""Small filters that lists of the desk need."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

register = template.Library()


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over a fixed choice."""
    return text.split()


@register.filter
def nth(items: Sequence[Any], at: int) -> Any:
    """The item at a place, counted from 0: for lists that run side by side."""
    return items[at]


@register.filter
def named_in(names: Mapping[str, str], code: str) -> str:
    """The name of a code; the code itself where there is none."""
    return names.get(code) or code or "—"
