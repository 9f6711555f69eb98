"""What the notices of a plan say: the public one, one for each district, and the list for those who cannot bear it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from wanjia.model.jsonvalue import Json
from wanjia.queries.cases.letter_content import LetterContent
from wanjia.queries.network.plan_shapes import Announced, Notice, NoticeReceiver, PlanPage
from wanjia.texts import say
from wanjia.web.templatetags.plan_words import priority_kind, spans_words

KINDS = ("public", "outage", "district", "priority")
IN_FORCE = ("adopting", "adopted", "superseded")


def notice_letter(
    kind: str, found: PlanPage, rows: Sequence[Notice | Announced], told: Sequence[NoticeReceiver], now: datetime,
    language: str,
) -> LetterContent:  # fmt: skip
    """The letter of a kind about these outages. `told`: those whom the priority letter lists."""
    line = found.line
    blocks: list[Json] = []
    if line.state not in IN_FORCE:
        blocks.append({"text": say("plans.letter.draft", language)})
    if any(isinstance(one, Notice) and one.state == "short" for one in rows):
        blocks.append({"text": say("plans.letter.short", language)})
    blocks += BODIES[kind](rows, told, language)
    signed: dict[str, Json] = {
        "title": say(f"plans.letter.title.{kind}", language), "blocks": blocks, "signed_by": "",
    }  # fmt: skip
    number = f"{line.number}-{rows[0].request}" if isinstance(rows[0], Notice) else line.number
    return LetterContent(number, "", line.organisation_name, line.adopted_at or now, signed)


def _public(rows: Sequence[Announced], told: Sequence[NoticeReceiver], language: str) -> list[Json]:
    columns: list[Json] = [say(f"plans.letter.column.{name}", language) for name in ("time", "work", "districts")]
    table: list[Json] = [[_time(one, language), one.title, _districts(one, language)] for one in rows]
    return [
        {"text": say("plans.letter.to_all", language)}, {"text": say("plans.letter.intro", language)},
        {"columns": columns, "rows": table}, *_care(language),
    ]  # fmt: skip


def _outage(rows: Sequence[Notice], told: Sequence[NoticeReceiver], language: str) -> list[Json]:
    return [
        {"text": say("plans.letter.to_all", language)}, {"text": say("plans.letter.intro", language)},
        {"facts": [_pair("time", _time(rows[0], language), language),
                   _pair("districts", _districts(rows[0], language), language),
                   _pair("households", f"{rows[0].households:,}", language),
                   _pair("work", rows[0].title, language)]},
        *_care(language),
    ]  # fmt: skip


def _district(rows: Sequence[Notice], told: Sequence[NoticeReceiver], language: str) -> list[Json]:
    """One after the other, to be cut apart and put up in each district."""
    blocks: list[Json] = []
    for code, name in rows[0].districts:
        place = say("plans.letter.district_of", language, name=name, code=code) if name else code
        blocks += [
            {"text": say("plans.letter.to_district", language, district=place)},
            {"text": say("plans.letter.intro", language)},
            {"facts": [_pair("time", _time(rows[0], language), language), _pair("districts", place, language),
                       _pair("work", rows[0].title, language)]},
            *_care(language),
        ]  # fmt: skip
    return blocks


def _priority(rows: Sequence[Notice], told: Sequence[NoticeReceiver], language: str) -> list[Json]:
    names = ("customer", "name", "phone", "districts", "priority", "signed")
    columns: list[Json] = [say(f"plans.column.{name}", language) for name in names]
    table: list[Json] = [
        [one.number, one.name, one.phone, one.district, priority_kind(one.priority, language), ""] for one in told
    ]
    return [
        {"text": say("plans.letter.priority_intro", language)},
        {"facts": [_pair("time", _time(rows[0], language), language), _pair("work", rows[0].title, language)]},
        {"columns": columns, "rows": table},
    ]  # fmt: skip


BODIES: dict[str, Callable[..., list[Json]]] = {
    "public": _public,
    "outage": _outage,
    "district": _district,
    "priority": _priority,
}


def _care(language: str) -> list[Json]:
    return [{"text": say(f"plans.letter.{name}", language)} for name in ("safety", "weather")]


def _pair(name: str, value: str, language: str) -> Json:
    return [say(f"plans.letter.facts.{name}", language), value]


def _time(one: Notice | Announced, language: str) -> str:
    return spans_words(one.spans, language)


def _districts(one: Notice | Announced, language: str) -> str:
    return say("plans.and", language).join(name or code for code, name in one.districts)
