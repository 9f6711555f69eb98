"""Checks of one value at a time: what is wrong is noted with its place, and something harmless is gone on with."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from wanjia.model.faults import Fault, Where

FAULTS_MAX = 100
"""Faults told of one file: more of them are one mistake repeated."""


class Findings:
    """The faults of one file, in the order found."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Fault] = []

    def add(self, code: str, place: str, **values: object) -> None:
        """Notes a fault under `roadef.<code>` at a place such as `Interventions.I1.tmax`."""
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(Fault(f"roadef.{code}", Where(self._file, 0, place), values))

    def mapping(self, owner: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
        """The object under `key`; {} with a fault when there is none."""
        value = self._present(owner, key, place)
        if value is not None and not isinstance(value, dict):
            self.add("shape", _join(place, key), wanted="{}")
        return value if isinstance(value, dict) else {}

    def numbers(self, owner: Mapping[str, Any], key: str, place: str, count: int) -> list[float]:
        """The list of `count` numbers or more under `key`; zeros with a fault when it is not that."""
        value = self._present(owner, key, place)
        if isinstance(value, list) and len(value) >= count and are_numbers(value):
            return value
        if value is not None:
            self.add("numbers", _join(place, key), count=count)
        return [0.0] * count

    def number(self, owner: Mapping[str, Any], key: str, place: str, least: float, most: float) -> float:
        """The number under `key` between `least` and `most`; `least` with a fault otherwise."""
        value = self._present(owner, key, place)
        if is_number(value) and least <= value <= most:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
        if value is not None:
            self.add("range", _join(place, key), value=str(value)[:40], least=f"{least:g}", most=f"{most:g}")
        return least

    def _present(self, owner: Mapping[str, Any], key: str, place: str) -> Any | None:
        value = owner.get(key)
        if value is None:
            self.add("missing", _join(place, key))
        return value


def is_number(value: object) -> bool:
    """A finite number of JSON, truth values left out."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def are_numbers(values: Collection[object]) -> bool:
    """Whether all are finite numbers of JSON; looked at in bulk, because files hold millions."""
    if not {*map(type, values)} <= {int, float}:
        return False
    total = sum(cast("Iterable[float]", values))
    return -float("inf") < total < float("inf") or all(map(is_number, values))


def are_names(value: object, count: int) -> bool:
    """Whether it is a list of `count` texts."""
    return isinstance(value, Sequence) and len(value) == count and all(isinstance(one, str) for one in value)


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
