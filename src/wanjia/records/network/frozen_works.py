"""A list of works as JSON and back: what a plan was made from stays as it was, whatever becomes of its rows.

Fields at their default are left out, so that what nobody used costs nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from wanjia.model.jsonvalue import Json
from wanjia.model.works import WorkList

T = TypeVar("T")


def freeze(listed: WorkList) -> tuple[dict[str, Json], str]:
    """The list as JSON, and the digest by which equal lists are known."""
    plain: dict[str, Json] = frozen(listed)
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return plain, hashlib.sha256(text.encode()).hexdigest()


def thaw(plain: Mapping[str, Any]) -> WorkList:
    """The list again. Raises KeyError or ValueError for what was not frozen here."""
    return _made(WorkList, plain)


def frozen(value: Any) -> Any:
    """Any of the nouns of works as JSON."""
    if is_dataclass(value):
        return {one.name: frozen(getattr(value, one.name)) for one in fields(value) if not _is_plain(value, one)}
    if isinstance(value, Mapping):
        return {str(key): frozen(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [frozen(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def made(kind: type[T], plain: Mapping[str, Any]) -> T:
    """One noun from JSON; what is missing takes its default."""
    return _made(kind, plain)


def _is_plain(value: Any, one: Field[Any]) -> bool:
    held = getattr(value, one.name)
    if one.default is not MISSING:
        return bool(held == one.default)
    return one.default_factory is not MISSING and bool(held == one.default_factory())


def _made(kind: type[T], plain: Mapping[str, Any]) -> T:
    hints = _hints(kind)  # type: ignore[arg-type]
    return kind(**{name: _value(hints[name], one) for name, one in plain.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, plain: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None if plain is None else _value(next(one for one in inner if one is not NoneType), plain)
    if origin is tuple:
        kinds = [inner[0]] * len(plain) if inner[1:] == (Ellipsis,) else inner
        return tuple(_value(one, value) for one, value in zip(kinds, plain, strict=True))
    if origin is Literal or origin is not None:
        return plain
    if hint in (date, datetime):
        return hint.fromisoformat(plain)
    return _made(hint, plain) if isinstance(hint, type) and is_dataclass(hint) else plain
