"""A long list that is fetched page by page and handed out as plain values."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar, overload

from django.db.models import QuerySet

T = TypeVar("T")

CHUNK = 1_000
"""Rows fetched at once when all of them are wanted, so that an export of any length needs little room."""


class Rows(Sequence[T], Generic[T]):
    """A query and how its rows become values; a slice fetches just that slice."""

    def __init__(self, query: QuerySet, values: Callable[[list[Any]], list[T]]) -> None:
        self._query, self._values = query, values
        self._length: int | None = None

    def __len__(self) -> int:
        if self._length is None:
            self._length = self._query.count()
        return self._length

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return self._values(list(self._query[at]))
        return self._values([self._query[at]])[0]

    def __iter__(self) -> Iterator[T]:
        rows = self._query.iterator(chunk_size=CHUNK)
        while chunk := list(islice(rows, CHUNK)):
            yield from self._values(chunk)
