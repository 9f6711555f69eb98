"""The gallery: what each installed practice is for, who takes part, its steps, clocks with their sources, its tests."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q

from wanjia.engine.nouns import ClockRule, Edition
from wanjia.practice.nouns import Practice, Scenario
from wanjia.practice.quality import RULES, TIERS, tier_of
from wanjia.queries.cases.installed import active_practices, practice_of
from wanjia.records.cases.models import Case, PracticeVersion

EVERYONE = "everyone"


@dataclass(frozen=True)
class GalleryRow:
    """One practice in the list. `running` and `total` count its cases."""

    name: str
    title: str
    summary: str
    icon: str
    version: str
    tier: str
    begins: str
    rows: tuple[str, ...]
    steps: int
    clocks: int
    scenarios: int
    running: int
    total: int


@dataclass(frozen=True)
class LimitRow:
    """A time limit in one edition: `when` is the class of cases that it holds for ("" for all)."""

    when: str
    value: int
    unit: str


@dataclass(frozen=True)
class ClockCard:
    """A clock with the edition in force last, and the source of its figures."""

    name: str
    regime: str
    limits: tuple[LimitRow, ...]
    source: str
    sure: str
    from_on: str
    waits: bool


@dataclass(frozen=True)
class Part:
    """A role and the steps that it does."""

    role: str
    is_requester: bool
    steps: tuple[str, ...]


@dataclass(frozen=True)
class ScenarioRow:
    """A told case that can be tried."""

    name: str
    title: str
    steps: int
    end: str
    walk: bool


@dataclass(frozen=True)
class RuleRow:
    """One rule of the quality scale, and how the practice stands to it."""

    id: str
    tier: str
    status: str
    reason: str


@dataclass(frozen=True)
class GalleryPage:
    """One practice, described."""

    row: GalleryRow
    practice: Practice
    parts: tuple[Part, ...]
    clocks: tuple[ClockCard, ...]
    letters: tuple[str, ...]
    registers: tuple[str, ...]
    ends: tuple[str, ...]
    scenarios: tuple[ScenarioRow, ...]
    rules: tuple[RuleRow, ...]


def gallery(language: str, *, everyone: bool) -> tuple[GalleryRow, ...]:
    """All active practices by title; for citizens only those that everybody may begin."""
    counted = _counts()
    found = [one for one in active_practices() if not everyone or is_public(one)]
    return tuple(
        sorted((_row(one, counted.get(one.name, (0, 0)), language) for one in found), key=lambda row: row.title)
    )


def gallery_page(name: str, language: str) -> GalleryPage | None:
    """The active version of a practice; None when there is none of that name."""
    version = PracticeVersion.objects.filter(name=name, active=True).defer("files").first()
    if version is None:
        return None
    practice = practice_of(version)
    return GalleryPage(
        _row(practice, _counts(name).get(name, (0, 0)), language), practice, tuple(_parts(practice, language)),
        tuple(_clock(practice, rule, language) for rule in practice.clocks),
        tuple(practice.text(f"letters.{letter}.title", language) for letter in practice.letters),
        tuple(practice.text(f"registers.{register}", language) for register in practice.registers),
        _ends(practice, language), tuple(_scenario(practice, one, language) for one in practice.scenarios),
        tuple(_rules(practice)),
    )  # fmt: skip


def is_public(practice: Practice) -> bool:
    """Whether everybody may begin such a case, so that everybody may read what will happen."""
    return practice.entry.open_to == EVERYONE and practice.entry.surface != "system"


def _counts(name: str = "") -> dict[str, tuple[int, int]]:
    rows = PracticeVersion.objects.filter(**({"name": name} if name else {})).values_list("name")
    running = Count("cases", filter=Q(cases__status=Case.Status.RUNNING))
    return {found: (now, every) for found, now, every in rows.annotate(running=running, total=Count("cases"))}


def _row(practice: Practice, counts: tuple[int, int], language: str) -> GalleryRow:
    steps = sum(rule.kind == "user" for rule in practice.definition.steps.values())
    return GalleryRow(
        practice.name, practice.text("name", language), practice.text("summary", language), practice.entry.icon,
        practice.version, tier_of(dict(practice.checklist)) or "none", practice.entry.surface, practice.rows, steps,
        len(practice.clocks), len(practice.scenarios), *counts,
    )  # fmt: skip


def _parts(practice: Practice, language: str) -> Iterator[Part]:
    rules = [rule for rule in practice.definition.steps.values() if rule.kind == "user"]
    for role in practice.roles.values():
        steps = tuple(practice.text(f"tasks.{rule.id}", language) for rule in rules if rule.role == role.id)
        yield Part(practice.text(f"roles.{role.id}", language), role.who == "requester", steps)


def _clock(practice: Practice, rule: ClockRule, language: str) -> ClockCard:
    edition = rule.editions[-1]
    return ClockCard(
        practice.text(f"clocks.{rule.id}", language), rule.regime, tuple(_limits(practice, rule, edition, language)),
        edition.source, edition.sure, edition.from_on, rule.waits,
    )  # fmt: skip


def _limits(practice: Practice, rule: ClockRule, edition: Edition, language: str) -> Iterator[LimitRow]:
    for case, limit in edition.limits.items():
        key = f"facts.{rule.limit_by}.{case}"
        found = practice.text(key, language)
        yield LimitRow("" if found == key or rule.limit_by is None else found, limit.value, limit.unit)


def _ends(practice: Practice, language: str) -> tuple[str, ...]:
    keys = [key for key in practice.texts.get(language, {}) if key.startswith("ends.")]
    return tuple(practice.text(key, language) for key in keys)


def _scenario(practice: Practice, scenario: Scenario, language: str) -> ScenarioRow:
    end = str(scenario.expect.get("end") or "")
    title = scenario.titles.get(language) or scenario.name
    return ScenarioRow(
        scenario.name, title, len(scenario.steps), practice.text(f"ends.{end}", language) if end else "", scenario.walk
    )  # fmt: skip


def _rules(practice: Practice) -> Iterator[RuleRow]:
    for rule in sorted(RULES, key=lambda each: TIERS.index(each.tier)):
        row = practice.checklist.get(rule.id, {})
        yield RuleRow(rule.id, rule.tier, str(row.get("status") or "todo"), str(row.get("reason") or ""))
