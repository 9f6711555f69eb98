"""Words and figures of plans of works."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from wanjia.model.faults import Fault
from wanjia.queries.network.plan_shapes import Item, PlanLine, Reason
from wanjia.texts import fault_sentence, say
from wanjia.web.templatetags.words import instant

register = template.Library()
STATE_MARKS = {
    "draft": "none", "computing": "planned", "proposed": "due", "adopting": "planned", "adopted": "done",
    "superseded": "none", "dropped": "none", "failed": "overdue",
}  # fmt: skip
NOTICE_MARKS = {"none": "none", "draft": "none", "due": "due", "told": "done", "short": "overdue"}
PROVED = 0.0005
"""A gap below this is as good as none: it is said so."""


@register.filter
def hours(value: float | None) -> str:
    """District-hours or household-hours: one decimal below a hundred, then none; a count as it is."""
    if value is None:
        return "—"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


@register.filter
def signed_hours(value: float | None) -> str:
    """A change with its sign."""
    if value is None:
        return "—"
    return "±0" if abs(value) < 0.05 else f"{'+' if value > 0 else '−'}{hours(abs(value))}"


@register.filter
def state_mark(state: str) -> str:
    """The mark of a plan's state."""
    return STATE_MARKS.get(state, "none")


@register.filter
def notice_mark(state: str) -> str:
    """The mark of a notice's state."""
    return NOTICE_MARKS.get(state, "none")


@register.simple_tag(takes_context=True)
def gap_words(context: template.Context, line: PlanLine) -> str:
    """How far from the best possible, as a planner says it."""
    language = _language(context)
    if line.gap is None:
        return say("plans.gap_unknown", language)
    if line.gap < PROVED:
        return say("plans.gap_none", language)
    return say("plans.gap_most", language, percent=f"{100 * line.gap:.1f}")


@register.simple_tag(takes_context=True)
def reason_words(context: template.Context, reason: Reason) -> str:
    """The sentence of a reason; a code without one as it is."""
    return reason_sentence(reason, _language(context))


@register.simple_tag(takes_context=True)
def faults_words(context: template.Context, fault: Fault) -> str:
    """The sentence of a fault."""
    return fault_sentence(readable(fault, _language(context)), _language(context))


@register.simple_tag(takes_context=True)
def span_of(context: template.Context, item: Item) -> str:
    """From when to when: day once, both times."""
    begin, end = instant(item.starts_at, _language(context)), instant(item.ends_at, _language(context))
    day, _, time = begin.rpartition(" ")
    span = f"{time} – {end.removeprefix(f'{day} ')}"
    return f"{_kept(day)} {_kept(span)}"


@register.simple_tag(takes_context=True)
def spans_of(context: template.Context, spans: Sequence[tuple[datetime, datetime]]) -> str:
    """When supply is off: the day once, all times."""
    return spans_words(spans, _language(context))


def spans_words(spans: Sequence[tuple[datetime, datetime]], language: str) -> str:
    """The day once, and again where another one begins."""
    said, last = [], ""
    for begin, end in spans:
        day, _, time = instant(begin, language).rpartition(" ")
        span = f"{time} – {instant(end, language).removeprefix(f'{day} ')}"
        said.append(_kept(span) if day == last else f"{_kept(day)} {_kept(span)}")
        last = day
    return say("plans.and", language).join(said)


def _kept(text: str) -> str:
    """On one line."""
    return text.replace(" ", "\u00a0")


@register.simple_tag(takes_context=True)
def means_words(context: template.Context, kind: str) -> str:
    """The name of a kind of crew or means; one that a company added as it is."""
    return means_kind(kind, _language(context))


@register.simple_tag(takes_context=True)
def priority_words(context: template.Context, code: str) -> str:
    """What makes a customer unable to bear an outage."""
    return priority_kind(code, _language(context))


@register.simple_tag
def priority_sum(counts: dict[str, int]) -> str:
    """How many customers cannot bear it; a dash for none."""
    return f"{sum(counts.values()):,}" if counts else "—"


@register.filter
def local_day(at: datetime) -> str:
    """The company's day of an instant, as a field wants it."""
    return f"{timezone.localtime(at):%Y-%m-%d}"


@register.filter
def local_time(at: datetime) -> str:
    """The time of day, as a field wants it."""
    return f"{timezone.localtime(at):%H:%M}"


@register.filter
def clock_hour(hour: float) -> str:
    """8.5 as 8:30."""
    return f"{int(hour)}:{round(hour % 1 * 60):02d}"


def means_kind(kind: str, language: str) -> str:
    """The name of a kind of crew or means."""
    found = say(f"plans.means_kind.{kind}", language)
    return kind if found.startswith("plans.") else found


def priority_kind(code: str, language: str) -> str:
    """The name of a priority, as the board says it everywhere."""
    found = say(f"board.priority.{code}", language)
    return code if found.startswith("board.") else found


def readable(fault: Fault, language: str) -> Fault:
    """The fault with instants among its values as people write them."""
    shown = {
        name: _instant(value, language) if isinstance(value, str) else value for name, value in fault.values.items()
    }
    return replace(fault, values=shown)


def reason_sentence(reason: Reason, language: str) -> str:
    """The sentence of a reason in a language; why a work found no place is a fault with a sentence of its own."""
    key = reason.code if "." in reason.code else f"plan.reason.{reason.code}"
    try:
        found = say(key, language, **{name: _shown(value, language) for name, value in reason.values.items()})
    except KeyError:
        return reason.code
    return reason.code if found == key else found


def _shown(value: Any, language: str) -> str:
    """A value of a reason as people read it: figures without needless zeros, lists joined, instants in words."""
    if isinstance(value, bool) or not isinstance(value, int | float | list | tuple):
        return _instant(str(value), language)
    if isinstance(value, list | tuple):
        return say("plans.and", language).join(str(one) for one in value)
    return f"{value:,.1f}".removesuffix(".0")


def _instant(text: str, language: str) -> str:
    try:
        at = datetime.fromisoformat(text) if len(text) > len("2026-12-01") else None
    except ValueError:
        return text
    return instant(at if at.tzinfo else timezone.make_aware(at), language) if at else text


def _language(context: template.Context) -> str:
    return str(context.get("language", "zh-Hans"))
