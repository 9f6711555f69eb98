"""Small filters that lists of the desk need."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over a fixed choice."""
    return text.split()


@register.filter
def named_in(names: Mapping[str, str], code: str) -> str:
    """The name of a code; the code itself where there is none."""
    return names.get(code) or code or "—"
