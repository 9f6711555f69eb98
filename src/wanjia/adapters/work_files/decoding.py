"""JSON to nouns by the types of their fields; all faults at once, each with its path in the file.

What cannot be understood gets a stand-in, so that the rest of the file can be checked in the same go.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from wanjia.model.faults import Fault, Where

T = TypeVar("T")
BROKEN: Any = object()
"""Stands for a value that could not be understood, until its field gives it a stand-in."""
ELEMENTS_MAX = 2_000_000
"""Entries of one list; a province's districts many times over."""


@dataclass
class Reading:
    """One file being read: its name and the faults so far."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def fault(self, code: str, path: str, **values: object) -> Any:
        """Notes a fault; the value is broken."""
        self.faults.append(Fault(f"planning.{code}", Where(self.file, 0, path), values))
        return BROKEN

    def noun(self, kind: type[T], plain: object, path: str) -> T | Any:
        """One noun, with stand-ins where fields could not be understood; BROKEN where it is none at all."""
        if not isinstance(plain, Mapping):
            return self.fault("shape", path, wanted="{…}")
        known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
        for name in plain:
            if name not in known and not name.startswith("_"):
                self.fault("unknown_field", _below(path, name), value=name)
        hints, values = hints_of(kind), {}
        for name, one in known.items():
            if name in plain:
                values[name] = self.value(hints[name], plain[name], _below(path, name))
            elif is_needed(one):
                values[name] = self.fault("missing", _below(path, name))
        return kind(**{name: stand_in(hints[name]) if value is BROKEN else value for name, value in values.items()})

    def value(self, hint: Any, plain: Any, path: str) -> Any:
        """A value of a field's type."""
        origin, inner = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):
            return None if plain is None else self.value(next(one for one in inner if one is not NoneType), plain, path)
        if origin is tuple:
            return self._several(inner, plain, path)
        if origin is Literal:
            return plain if plain in inner else self.fault("choice", path, value=plain, allowed=", ".join(inner))
        if is_dataclass(hint):
            return self.noun(hint, plain, path)  # type: ignore[arg-type]
        return self._plain(hint, plain, path)

    def _several(self, inner: tuple[Any, ...], plain: Any, path: str) -> Any:
        if not isinstance(plain, list) or len(plain) > ELEMENTS_MAX:
            return self.fault("shape", path, wanted="[…]")
        kinds = [inner[0]] * len(plain) if inner[1:] == (Ellipsis,) else list(inner)
        if len(kinds) != len(plain):
            return self.fault("shape", path, wanted=f"[{', '.join('…' for _ in kinds)}]")
        found = [
            self.value(kind, one, f"{path}[{at}]") for at, (kind, one) in enumerate(zip(kinds, plain, strict=True))
        ]
        return tuple(stand_in(kind) if one is BROKEN else one for kind, one in zip(kinds, found, strict=True))

    def _plain(self, hint: Any, plain: Any, path: str) -> Any:
        if hint in (date, datetime):
            return self._moment(hint, plain, path)
        if hint is str or hint is bool:
            wanted = "text" if hint is str else "true / false"
            return plain if isinstance(plain, hint) else self.fault("shape", path, wanted=wanted)
        if hint is int or hint is float:
            return self._number(hint, plain, path)
        return plain

    def _number(self, hint: Any, plain: Any, path: str) -> Any:
        is_number = isinstance(plain, int | float) and not isinstance(plain, bool) and isfinite(plain)
        if not is_number or (hint is int and plain != int(plain)):
            return self.fault("not_a_number", path, value=str(plain)[:40])
        return hint(plain)

    def _moment(self, hint: Any, plain: Any, path: str) -> Any:
        try:
            return hint.fromisoformat(plain)
        except (TypeError, ValueError):
            return self.fault("day" if hint is date else "instant", path, value=str(plain)[:40])


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def hints_of(kind: Any) -> dict[str, Any]:
    """Types of a noun's fields."""
    return _hints(kind)


def stand_in(hint: Any) -> Any:
    """A value of a field's type that nothing speaks against by itself."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None
    if origin is tuple:
        return () if inner[1:] == (Ellipsis,) else tuple(stand_in(kind) for kind in inner)
    if origin is Literal:
        return inner[0]
    if is_dataclass(hint):
        return hint(**{one.name: stand_in(hints_of(hint)[one.name]) for one in fields(hint) if is_needed(one)})  # type: ignore[operator]
    return _STAND_INS.get(hint)


_STAND_INS: Mapping[Any, Any] = {
    str: "",
    bool: False,
    int: 1,
    float: 1.0,
    date: date(2000, 1, 1),
    datetime: datetime(2000, 1, 1, tzinfo=UTC),
}


def is_needed(one: Field[Any]) -> bool:
    """Whether a field has no default."""
    return one.default is MISSING and one.default_factory is MISSING


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def plain_of(value: Any) -> Any:
    """Any noun as JSON, every field told."""
    if is_dataclass(value):
        return {one.name: plain_of(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain_of(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain_of(one) for one in value]
    if isinstance(value, float):
        return round(value, 6) if isfinite(value) else None
    return value.isoformat() if isinstance(value, date | datetime) else value
