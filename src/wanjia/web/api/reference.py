"""A page that tells what the API can do, made from its own OpenAPI description; no foreign server is asked."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia import __version__
from wanjia.web.api.service import api


@dataclass(frozen=True)
class Part:
    """A parameter, or a field of a body."""

    name: str
    place: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Call:
    """One operation."""

    anchor: str
    method: str
    path: str
    summary: str
    parts: tuple[Part, ...]
    statuses: tuple[str, ...]
    signed_in: bool


@require_GET
def reference(request: HttpRequest) -> HttpResponse:
    """Every call with its parameters, its body and its answers."""
    schema = api.get_openapi_schema()
    groups: dict[str, list[Call]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            call = _call(path, method, operation, schema)
            groups.setdefault(str(operation.get("tags", ["other"])[0]), []).append(call)
    values = {"groups": list(groups.items()), "version": __version__}
    return render(request, "api/reference.html", values)


def _call(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> Call:
    parts = [
        Part(one["name"], one["in"], _kind(one.get("schema", {}), schema), bool(one.get("required")))
        for one in operation.get("parameters", [])
    ]
    content = operation.get("requestBody", {}).get("content", {})
    for media, body in content.items():
        shape = _resolved(body.get("schema", {}), schema)
        place = "form" if media.startswith("multipart") else "body"
        required = shape.get("required", [])
        parts += [
            Part(name, place, _kind(rule, schema), name in required) for name, rule in shape["properties"].items()
        ]
    public = len(operation.get("security", [])) == 0
    return Call(
        operation["operationId"], method.upper(), path, str(operation.get("description", "")).strip(), tuple(parts),
        tuple(str(status) for status in operation.get("responses", {})), not public,
    )  # fmt: skip


def _resolved(rule: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = str(rule.get("$ref", "")).rsplit("/", 1)[-1]
    found = schema["components"]["schemas"][name] if name else rule
    return {"properties": {}, **found}


def _kind(rule: dict[str, Any], schema: dict[str, Any]) -> str:
    """The type in words: `string, 16 to 64`, `object`, `number or null`."""
    if "anyOf" in rule:
        return " | ".join(_kind(one, schema) for one in rule["anyOf"])
    kind = str(rule.get("format") or rule.get("type") or "object")
    bounds = [rule.get(low, rule.get(high)) for low, high in (("minLength", "minimum"), ("maxLength", "maximum"))]
    known = [f"≥ {bounds[0]}" if bounds[0] is not None else "", f"≤ {bounds[1]}" if bounds[1] is not None else ""]
    return ", ".join(part for part in (kind, *known) if part)
