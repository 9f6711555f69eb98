"""Figures and times as the board writes them."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from wanjia.texts import say
from wanjia.web.surfaces.board.words import cause_words
from wanjia.web.templatetags.words import span

register = template.Library()


@register.filter
def thousands(value: float | None) -> str:
    """A whole number with its thousands apart."""
    return "—" if value is None else f"{value:,.0f}"


@register.filter
def decimals(value: float | None, places: int) -> str:
    """A figure with a fixed number of decimals; a dash where there is none."""
    return "—" if value is None else f"{value:,.{places}f}"


@register.filter
def percent(value: float | None, places: int) -> str:
    """A share as percent, without the sign."""
    return "—" if value is None else f"{100 * value:.{places}f}"


@register.filter
def time_of(value: datetime | None) -> str:
    """The time of day; with the day before it when that is another one."""
    if value is None:
        return ""
    at = timezone.localtime(value)
    return f"{at:%H:%M}" if at.date() == timezone.localdate() else f"{at:%m-%d %H:%M}"


@register.simple_tag(takes_context=True)
def lasted(context: template.Context, begin: datetime, end: datetime) -> str:
    """How long from one moment to the other."""
    return span(max(0.0, (end - begin).total_seconds()), context.get("language", "zh-Hans"))


@register.simple_tag(takes_context=True)
def cause(context: template.Context, code: str) -> str:
    """The name of a cause."""
    return cause_words(code, context.get("language", "zh-Hans"))


@register.filter
def unlocalized(value: float | None) -> str:
    """A number as an address or a hidden field wants it."""
    return "" if value is None else repr(value)


@register.filter
def hours(minutes: float | None) -> str:
    """Minutes as hours."""
    return "—" if minutes is None else f"{minutes / 60:,.1f}"


@register.simple_tag(takes_context=True)
def year_change(context: template.Context, change: float | None) -> str:
    """More or fewer than a year ago, in percent, with its sign and an arrow."""
    if change is None:
        return "—"
    arrow = "▲" if change > 0 else "▼" if change < 0 else "＝"
    return f"{arrow} {change:+.2f}%"


@register.simple_tag(takes_context=True)
def change_figures(context: template.Context, deed: Any) -> str:
    """The figures of a change: districts and customers then, how many joined, how many came back."""
    language, data = context.get("language", "zh-Hans"), deed.data
    told = [
        say(f"board.changed.{name}", language, count=f"{data[name]:,}")
        for name in ("districts", "customers", "added_count", "restored_count", "meters_dark")
        if isinstance(data.get(name), int)
    ]
    told += [str(data[name]) for name in ("reason", "note", "remark") if data.get(name)]
    if data.get("cause"):
        told.append(cause_words(str(data["cause"]), language))
    return " · ".join(told)


@register.simple_tag(takes_context=True)
def change_words(context: template.Context, deed: Any) -> str:
    """What happened to an outage, with its figures."""
    key = f"outages.what.{deed.what}"
    found = say(key, context.get("language", "zh-Hans"))
    return deed.what if found == key else found


@register.simple_tag(takes_context=True)
def said_by(context: template.Context, reference: str) -> str:
    """Who says so: a name, or what the product takes it from."""
    key = f"outages.estimate_by.{reference}"
    found = say(key, context.get("language", "zh-Hans"))
    return reference if found == key else found
