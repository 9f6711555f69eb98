"""Template tags for words, dates and names: every sentence on a page comes through here."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from wanjia.practice.nouns import Practice
from wanjia.texts import say

register = template.Library()
WEEKDAYS = {"zh-Hans": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.simple_tag(takes_context=True)
def t(context: template.Context, key: str, **values: Any) -> str:
    """The sentence of a key in the visitor's language: `{% t "desk.tasks" count=3 %}`."""
    return say(key, context.get("language", "zh-Hans"), **values)


@register.simple_tag(takes_context=True)
def pt(context: template.Context, practice: Practice, key: str) -> str:
    """A sentence of a practice in the visitor's language."""
    return practice.text(key, context.get("language", "zh-Hans"))


@register.filter
def named(thing: Any, language: str) -> str:
    """The name of an organisation, cell or village in a language; Chinese where there is no other."""
    stem = "village" if hasattr(thing, "village_zh") else "name"
    english = getattr(thing, f"{stem}_en", "")
    return english if language == "en" and english else getattr(thing, f"{stem}_zh", "") or getattr(thing, "name", "")


@register.filter
def day(value: date | datetime | None, language: str) -> str:
    """A day as people there write it: `11月22日 周日`, with the year when it is another one."""
    if value is None:
        return ""
    at = timezone.localtime(value).date() if isinstance(value, datetime) else value
    other_year = at.year != timezone.localdate().year
    if language == "en":
        return f"{WEEKDAYS['en'][at.weekday()]} {at.day} {MONTHS[at.month - 1]}" + (f" {at.year}" if other_year else "")
    return (f"{at.year}年" if other_year else "") + f"{at.month}月{at.day}日 周{WEEKDAYS['zh-Hans'][at.weekday()]}"


@register.filter
def instant(value: datetime | None, language: str) -> str:
    """A moment: day and 24-hour time in the company's zone."""
    if value is None:
        return ""
    at = timezone.localtime(value)
    return f"{day(at, language)} {at:%H:%M}"


@register.filter
def due_state(due_at: datetime | None, now: datetime) -> str:
    """`none`, `far`, `due` (within a day) or `overdue`: the suffix of a mark."""
    if due_at is None:
        return "none"
    if due_at <= now:
        return "overdue"
    return "due" if (due_at - now).total_seconds() < 86_400 else "far"


@register.simple_tag(takes_context=True)
def due_words(context: template.Context, due_at: datetime | None) -> str:
    """`剩 3 小时`, `已超期 2 天`: what is left of a deadline, in the largest sensible unit."""
    now, language = context.get("now") or timezone.now(), context.get("language", "zh-Hans")
    if due_at is None:
        return say("due.none", language)
    seconds = (due_at - now).total_seconds()
    return say("due.left" if seconds > 0 else "due.over", language, span=span(abs(seconds), language))


def span(seconds: float, language: str) -> str:
    """A length of time in words: minutes below two hours, hours below two days, else days."""
    for unit, size in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * size:
            return say(f"span.{unit}", language, count=int(seconds // size))
    return say("span.minutes", language, count=max(1, int(seconds // 60)))


@register.simple_tag(takes_context=True)
def role_name(context: template.Context, role: str) -> str:
    """A post's role in words."""
    return say(f"role.{role}", context.get("language", "zh-Hans"))


@register.simple_tag(takes_context=True)
def unit(context: template.Context, name: str) -> str:
    """A unit as it stands beside a figure; one that has no word here as it is written."""
    key = f"unit.{name}"
    found = say(key, context.get("language", "zh-Hans"))
    return name if found == key else found


@register.simple_tag(takes_context=True)
def brackets(context: template.Context, text: Any) -> str:
    """The text in brackets as the language writes them: full-width in Chinese, after a space in English."""
    return f" ({text})" if context.get("language") == "en" else f"（{text}）"
