"""A day of a plan as the data of the map island, and as lists."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from wanjia.model.actors import Actor
from wanjia.queries.network.plan_days import day_map
from wanjia.texts import say

TONES = {"outage": "dark", "live_line": "ok", "bypass": "restored", "generator": "due", "transfer": "brand"}
"""Tones of the map by mode; the label says the mode's letter."""


def day_map_data(number: str, day: date, actor: Actor, language: str) -> dict[str, Any]:
    """`map` for the island, `dark` districts and `bases` as lists."""
    found = day_map(number, day, actor, language)
    points = [*_points(found.dark, _dark, language), *_points(found.means, _base, language)]
    points += [_with_link(one, number) for one in _points(found.works, _work, language)]
    return {
        "map": {
            "title": say("plans.day_map", language), "cells_url": f"{reverse('portal:cells')}?level=1",
            "points": {"type": "FeatureCollection", "features": points},
            **_bounds(points),
        },
        "dark": [one["properties"] for one in _features(found.dark)],
        "bases": [one["properties"] for one in _features(found.means)],
    }  # fmt: skip


def _features(collection: Mapping[str, object]) -> list[dict[str, Any]]:
    found = collection.get("features")
    return list(found) if isinstance(found, list) else []


def _points(collection: Mapping[str, object], drawn: Any, language: str) -> list[dict[str, Any]]:
    return [{**one, "properties": drawn(one["properties"], language)} for one in _features(collection)]


def _work(facts: Mapping[str, Any], language: str) -> dict[str, object]:
    mode = str(facts["mode"])
    short = say(f"plans.mode_short.{mode}", language)
    return {
        "id": f"work-{facts['id']}", "name": f"{say(f'plans.mode.{mode}', language)} · {facts['title']}",
        "tone": TONES.get(mode, "none"), "label": f"{short} {facts['title']}", "item": facts["id"],
    }  # fmt: skip


def _dark(facts: Mapping[str, Any], language: str) -> dict[str, object]:
    name = f"{say('plans.map.dark', language)} · {facts['name']} {facts['from']} – {facts['until']}"
    return {"id": f"dark-{facts['code']}", "name": name, "tone": "dark"}


def _base(facts: Mapping[str, Any], language: str) -> dict[str, object]:
    name = str(facts.get("name", ""))
    return {
        "id": f"base-{facts.get('code', name)}",
        "name": f"{say('plans.map.base', language)} · {name}",
        "tone": "none",
    }


def _with_link(point: dict[str, Any], number: str) -> dict[str, Any]:
    item = point["properties"].pop("item")
    point["properties"]["href"] = reverse("board:plan_item", args=[number, item])
    return point


def _bounds(points: list[dict[str, Any]]) -> dict[str, object]:
    """Around all points with some room; the whole map without any."""
    places = [one["geometry"]["coordinates"] for one in points]
    if not places:
        return {}
    longitudes, latitudes = [one[0] for one in places], [one[1] for one in places]
    room = 0.01
    return {"bounds": [min(longitudes) - room, min(latitudes) - room, max(longitudes) + room, max(latitudes) + room]}
