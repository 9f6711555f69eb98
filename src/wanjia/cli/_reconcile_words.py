"""The result of `wanjia reconcile` for people: what explains the gap, who would pay what, what to look at."""

from collections.abc import Iterator
from typing import Any

from wanjia.cli._printed_tables import table
from wanjia.texts import say

SHARE_COLUMNS = ("use_kwh", "timing_kwh", "points_kwh", "loss_kwh", "rest_kwh", "extra_kwh", "extra_yuan")
TENANT_COLUMNS = ("use_kwh", "solar_kwh", "grid_kwh", "solar_yuan", "grid_yuan", "yuan", "saved_yuan")


def words(answer: dict[str, Any], language: str) -> str:
    """The whole report."""
    lines: list[str] = []
    if "parts" in answer:
        lines += _meters(answer, language)
    if answer.get("solar"):
        lines += _solar(answer["solar"], language)
    return "\n".join(lines)


def _meters(answer: dict[str, Any], language: str) -> Iterator[str]:
    shown = {name: _figure(answer[name]) for name in ("main_kwh", "sub_kwh", "gap_kwh", "gap_yuan", "price_yuan")}
    period = {"first": answer["from"], "last": answer["to"], "percent": _figure(answer["gap_percent"])}
    yield say("reconcile.summary", language, **shown, **period)
    rows = [
        [say(f"reconcile.part.{one['part']}", language), f"{_figure(one['kwh'])} kWh", f"{_figure(one['percent'])} %",
         f"{_figure(one['yuan'])} {say('reconcile.yuan', language)}"]
        for one in answer["parts"]
    ]  # fmt: skip
    yield from table(rows, indent="  ")
    if answer["parts"][-1]["kwh"] < 0:
        yield say("reconcile.left_below", language)
    for one in answer["proposals"]:
        yield from _proposal(one, language)
    yield from _leads(answer, language)


def _proposal(one: dict[str, Any], language: str) -> Iterator[str]:
    rule = say(f"reconcile.rule.{one['rule']}", language)
    if not one["possible"]:
        yield say("reconcile.rule_unknown", language, rule=rule, meters=", ".join(one["unknown"]))
        return
    yield say("reconcile.proposal", language, rule=rule, kwh=_figure(one["kwh"]), yuan=_figure(one["yuan"]))
    header = ["", *(say(f"reconcile.column.{name}", language) for name in SHARE_COLUMNS)]
    rows = [[row["meter"], *(_figure(row[name]) for name in SHARE_COLUMNS)] for row in one["rows"]]
    yield from table([header, *rows], indent="  ")


def _leads(answer: dict[str, Any], language: str) -> Iterator[str]:
    found = answer["when"]
    if found:
        yield say("reconcile.night", language, kw=_figure(found["night_kw"], 3), kwh=_figure(found["night_kwh"]))
        if found["from_hour"] is not None:
            hours = {"first": found["from_hour"], "last": found["to_hour"] or 24}
            yield say("reconcile.window", language, kwh=_figure(found["window_kwh"]), **hours)
    for one in answer["suspects"]:
        values = {"kwh": _figure(one["kwh"]), "ratio": f"{one['ratio']:g}", "correlation": f"{one['correlation']:.2f}"}
        yield say(f"reconcile.suspect.{one['kind']}", language, meter=one["meter"], **values)
    for one in answer["hints"]:
        values = {"count": one.get("count", 0), "ratio": f"{one.get('ratio', 1):g}"}
        yield say(f"reconcile.hint.{one['kind']}", language, meter=one["meter"], **values)


def _solar(found: dict[str, Any], language: str) -> Iterator[str]:
    names = ("generation_kwh", "on_spot_kwh", "fed_in_kwh", "grid_kwh", "feed_in_yuan", "owner_yuan", "grid_yuan")
    period = {
        "first": found["from"],
        "last": found["to"],
        "rule": say(f"reconcile.solar_rule.{found['rule']}", language),
    }
    yield say("reconcile.solar", language, **{name: _figure(found[name]) for name in names}, **period)
    header = ["", *(say(f"reconcile.column.{name}", language) for name in TENANT_COLUMNS)]
    rows = [[row["tenant"], *(_figure(row[name]) for name in TENANT_COLUMNS)] for row in found["tenants"]]
    yield from table([header, *rows], indent="  ")


def _figure(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
