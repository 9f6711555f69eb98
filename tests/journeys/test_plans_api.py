"""A planning system asks for works and a plan over the API, prices a move, moves, compares, puts the plan in force."""

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client

from tests.support.plans import next_month, ready, work
from tests.support.world import World
from wanjia.actions.territory.issue_api_token import issue_api_token

pytestmark = pytest.mark.django_db


def call(world: World, login: str, method: str, path: str, body: Any = None) -> Any:
    key = issue_api_token(world.person(login).pk, "planner", world.actor(login), world.now).token
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    headers = {"Accept-Language": "en", "Authorization": f"Bearer {key}"}
    return getattr(Client(), method)(f"/api{path}", headers=headers, **content)


def test_from_a_request_to_a_plan_in_force(world: World) -> None:
    cache.clear()
    ready(world)
    first = next_month(world) + timedelta(days=3)
    wanted = {
        "device_id": "line-T-C111", "title_zh": "更换导线", "kind": "line", "hours": 4, "modes": ["outage"],
        "earliest_on": first.isoformat(), "latest_on": (first + timedelta(days=5)).isoformat(),
    }  # fmt: skip
    created = call(world, "chief", "post", "/work-requests", wanted)
    assert created.status_code == 201 and created.json()["districts"] == 1, created.content
    assert call(world, "chief", "post", "/work-requests", {**wanted, "hours": 99}).status_code == 422
    assert call(world, "chief", "post", "/work-requests", {**wanted, "colour": 1}).status_code == 422
    asking = {"month": first.isoformat(), "organisation": "county", "seconds": 1}
    assert call(world, "chief", "post", "/plans", asking).status_code == 403
    asked = call(world, "county", "post", "/plans", asking)
    assert asked.status_code == 202 and asked.json()["state"] == "draft"
    work()
    number = asked.json()["number"]
    page = call(world, "manager", "get", f"/plans/{number}").json()
    assert page["plan"]["state"] == "proposed" and page["plan"]["district_hours"] == 4.0
    item = page["items"][0]
    later = datetime.fromisoformat(item["starts_at"]).astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    path = f"/plans/{number}/price?item={item['id']}&starts_at={later.isoformat().replace('+', '%2B')}"
    assert call(world, "dispatch", "get", path).json()["allowed"]
    gone = path.replace(later.date().isoformat(), (later.date() + timedelta(days=15)).isoformat())
    faults = call(world, "dispatch", "get", gone).json()["faults"]
    assert [fault["code"] for fault in faults] == ["plan.not_days"] and "request" in faults[0]["sentence"]
    moved = call(world, "county", "post", f"/plans/{number}/moves", {
        "item": item["id"], "starts_at": later.isoformat()
    }).json()  # fmt: skip
    assert datetime.fromisoformat(moved["items"][0]["starts_at"]) == later
    undone = call(world, "county", "post", f"/plans/{number}/moves/undo").json()
    assert undone["items"][0]["starts_at"] == item["starts_at"]
    assert call(world, "county", "post", f"/plans/{number}/adopt").status_code == 403
    assert call(world, "dispatch", "post", f"/plans/{number}/adopt").json()["state"] == "adopting"
    work()
    lost = {"day": later.date().isoformat(), "reason": "台风"}
    again = call(world, "dispatch", "post", f"/plans/{number}/lost-days", lost).json()
    assert again["state"] == "draft" and again["version"] == 2 and again["lost_on"] == lost["day"]
    work()
    compared = call(world, "chief", "get", f"/plans/{number}/compare/{again['number']}").json()
    assert compared["same"] == 1 and compared["moved"] == 0
    day = datetime.fromisoformat(item["starts_at"]).astimezone(ZoneInfo("Asia/Shanghai")).date()
    drawn = call(world, "chief", "get", f"/plans/{number}/map?day={day}").json()
    assert [one["properties"]["code"] for one in drawn["dark"]["features"]] == ["T-C111"]
    assert call(world, "chief", "get", "/plans").json()["total"] == 2
    assert call(world, "clerk", "get", "/plans").status_code == 403
