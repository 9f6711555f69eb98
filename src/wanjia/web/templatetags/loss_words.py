"""Words and addresses of the pages of measurements."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils import timezone

from wanjia.queries.network.district_page import DistrictPage
from wanjia.queries.network.losses import MeterFinding
from wanjia.texts import say
from wanjia.web.templatetags.words import MONTHS, span

register = template.Library()
FIGURES_KEPT = 3
"""Digits of a figure within a sentence."""
SHARES = ("loss_rate", "coverage", "master_coverage")
"""Figures that are kept as shares and shown in percent."""


@register.simple_tag
def step_url(
    day: date, days: int, first: date | None, last: date | None, keep: Sequence[tuple[str, str]] = ()
) -> str:  # fmt: skip
    """The same page of the day so many later; empty beyond the first and last of them."""
    to = day + timedelta(days=days)
    if (first and to < first) or (last and to > last):
        return ""
    return f"?{urlencode([*keep, ('day', to.isoformat())])}"


@register.simple_tag(takes_context=True)
def code_words(context: template.Context, kind: str, code: str, values: Mapping[str, Any] | None = None) -> str:
    """The words of a code of measurement, figures in them rounded; a code without words as it is."""
    key = f"measurements.{kind}.{code}"
    found = say(key, _language(context), **{name: _shown(value) for name, value in (values or {}).items()})
    return code if found == key else found


@register.simple_tag(takes_context=True)
def cause_words(context: template.Context, code: str) -> str:
    """The words of a cause; where a district is off for a reason of its balance, or only by its band, of that."""
    for kind in ("cause", "reason", "band"):
        found = code_words(context, kind, code)
        if found != code:
            return found
    return code


@register.simple_tag(takes_context=True)
def finding_words(context: template.Context, finding: MeterFinding) -> str:
    """The sentence of a finding with its figures; nothing where there is none, or it was kept with other figures."""
    key, language = finding.text_key, _language(context)
    if say(key, language) == key:
        return ""
    try:
        return say(key, language, **{name: _shown(value) for name, value in finding.values.items()})
    except KeyError:
        return ""


@register.simple_tag
def other_district(finding: MeterFinding, page: DistrictPage) -> str:
    """Code of the neighbour that a finding speaks of; empty where it speaks of none, or one out of reach."""
    named = {str(finding.values.get(name) or "") for name in ("booked", "fed_by")}
    return next((one.code for one in page.neighbours if one.code in named), "")


@register.simple_tag(takes_context=True)
def code_note(context: template.Context, kind: str, code: str) -> str:
    """What a code means or asks for (`losses.<kind>.<code>`), where somebody has written it."""
    key = f"losses.{kind}.{code}"
    found = say(key, _language(context))
    return "" if found == key else found


@register.simple_tag(takes_context=True)
def reason_words(context: template.Context, code: str) -> str:
    """The words of a reason; `gap=2` says how many meters bear it."""
    name, _, count = code.partition("=")
    kind, values = ("reason", None) if not count else ("reason", {"count": int(count)})
    found = code_words(context, kind, name, values)
    if found != name:
        return found
    named = code_words(context, "flag", name)
    return f"{named} {count}" if count else named


@register.simple_tag(takes_context=True)
def changed_value(context: template.Context, column: str, value: str) -> str:
    """A figure as a recomputation noted it: bands and reasons in words, shares in percent."""
    if not value:
        return "—"
    if column == "band":
        return code_words(context, "band", value)
    if column == "reason":
        return " · ".join(reason_words(context, code) for code in value.split())
    return f"{100 * float(value):.2f}%" if column in SHARES else value


@register.simple_tag(takes_context=True)
def took(context: template.Context, begin: datetime, end: datetime) -> str:
    """How long it took; seconds below two minutes."""
    seconds, language = (end - begin).total_seconds(), _language(context)
    words = say("losses.seconds", language, count=round(seconds)) if seconds < 120 else span(seconds, language)
    return say("losses.took", language, span=words)


@register.filter
def month_of(day: date, language: str) -> str:
    """A month as people there write it."""
    return f"{MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.year}年{day.month}月"


@register.filter
def figure(value: float) -> str:
    """A limit without needless zeros; binary fractions do not show."""
    return f"{round(value, 6):g}"


@register.filter
def minus(value: int, other: int) -> int:
    """One number less another."""
    return value - other


@register.filter
def time_only(value: datetime) -> str:
    """The time of day in the company's zone."""
    return f"{timezone.localtime(value):%H:%M}"


@register.simple_tag(takes_context=True)
def time_left(context: template.Context, seconds: float | None) -> str:
    """`还需约 3 分钟`; nothing where nobody knows."""
    if seconds is None:
        return ""
    language = _language(context)
    if seconds < 60:
        return say("losses.left_seconds", language, count=max(1, round(seconds)))
    return say("losses.left", language, span=span(seconds, language))


@register.filter
def percent_of(share: float | None) -> str:
    """A share as whole percent with its sign."""
    return "—" if share is None else f"{100 * share:.0f}%"


def _shown(value: Any) -> Any:
    return f"{value:.{FIGURES_KEPT}g}" if isinstance(value, float) and abs(value) < 1000 else (
        f"{value:,.0f}" if isinstance(value, float) else value
    )  # fmt: skip


def _language(context: template.Context) -> str:
    return str(context.get("language", "zh-Hans"))
