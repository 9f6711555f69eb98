"""Everything that can go wrong, as one shape: {"faults": [{"code", "where", "sentence"}]} with the fitting status."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.texts import fault_sentence
from wanjia.web.api.access import JSON_BYTES_MAX, TooLarge
from wanjia.web.limits import TooMany

CONFLICTS = frozenset({"task.not_open", "engine.wrong_status", "api.key_reused", "card.revoked"})
"""Faults of the moment, not of the input: the case has gone on since the caller looked."""
KINDS = {
    "missing": "api.missing", "extra_forbidden": "api.unknown_field", "string_too_long": "api.too_long",
    "string_too_short": "api.too_short",
}  # fmt: skip


def install(api: NinjaAPI) -> None:
    """Tell the API how each kind of trouble is answered."""
    api.exception_handler(Refused)(lambda request, error: refused(api, request, error))
    api.exception_handler(ValidationError)(
        lambda request, error: answer(api, request, 422, [_fault(one) for one in error.errors])
    )
    api.exception_handler(AuthenticationError)(lambda request, error: answer(api, request, 401, [Fault("api.sign_in")]))
    api.exception_handler(HttpError)(lambda request, error: _http(api, request, error))
    api.exception_handler(TooMany)(lambda request, error: _too_many(api, request, error))
    api.exception_handler(TooLarge)(lambda request, error: _too_large(api, request, error.limit))
    api.exception_handler(RequestDataTooBig)(lambda request, error: _too_large(api, request, JSON_BYTES_MAX))


def refused(api: NinjaAPI, request: HttpRequest, error: Refused) -> HttpResponse:
    """403, 404, 409 when the case has gone on, else 422."""
    status = 403 if isinstance(error, Denied) else 404 if isinstance(error, NotFound) else 422
    if status == 422 and all(fault.code in CONFLICTS for fault in error.faults):
        status = 409
    return answer(api, request, status, error.faults)


def answer(api: NinjaAPI, request: HttpRequest, status: int, faults: Sequence[Fault]) -> HttpResponse:
    """Faults as JSON, with sentences in the language that the caller accepts."""
    return api.create_response(request, {"faults": [shown(fault, request.language) for fault in faults]}, status=status)


def shown(fault: Fault, language: str) -> dict[str, str]:
    """One fault: a stable code, where it stands, and what a person reads."""
    bare = Fault(fault.code, Where(), fault.values)
    return {"code": fault.code, "where": str(fault.where), "sentence": fault_sentence(bare, language)}


def _fault(error: dict[str, Any]) -> Fault:
    """What the reading of the request found, in the product's own words."""
    parts = [str(part) for part in error["loc"]]
    where = ".".join(parts[1:] if parts[:2] == ["body", "body"] else parts)
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind in KINDS:
        limit = context.get("max_length", context.get("min_length", ""))
        return Fault(KINDS[kind], Where(where), {"limit": limit} if limit != "" else {})
    bound = next((context[name] for name in ("ge", "gt", "le", "lt", "pattern", "expected") if name in context), None)
    if bound is not None:
        return Fault("api.out_of_range", Where(where), {"bound": bound})
    return Fault("api.type", Where(where), {"expected": kind.split("_")[0]})


def _http(api: NinjaAPI, request: HttpRequest, error: HttpError) -> HttpResponse:
    codes = {400: "api.not_json", 401: "api.wrong_key", 403: "api.csrf", 415: "api.media_type"}
    return answer(api, request, error.status_code, [Fault(codes.get(error.status_code, "api.not_json"))])


def _too_many(api: NinjaAPI, request: HttpRequest, error: TooMany) -> HttpResponse:
    response = answer(api, request, 429, [Fault("api.too_many", values={"minutes": error.minutes})])
    response.headers["Retry-After"] = str(error.minutes * 60)
    return response


def _too_large(api: NinjaAPI, request: HttpRequest, limit: int) -> HttpResponse:
    return answer(api, request, 413, [Fault("api.too_large", values={"kilobytes": limit // 1024})])
