"""How loops are compiled: by Numba, once for all runs, into a cache that several processes may fill at once.

Numba numbers the files of its cache, and names them in an index before they are written. Two processes that compile two
signatures of a function at the same time take the same number, and whoever comes later runs the code of the other
signature. Here a file is named by what it holds, and written before the index names it: the worst that two processes
can do to each other is that one compiles again (docs/decisions/0025).
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

Loop = TypeVar("Loop", bound=Callable[..., Any])
DIGEST_CHARACTERS = 20


class _Files(IndexDataCacheFile):
    """The cache files of one function."""

    def save(self, key: Any, data: Any) -> None:
        """Keeps compiled code; an entry that another process wrote meanwhile may be lost, never mistaken."""
        digest = sha256(self._dump((self._source_stamp, key))).hexdigest()[:DIGEST_CHARACTERS]
        name = f"{self._index_name.removesuffix('.nbi')}.{digest}.nbc"
        self._save_data(name, data)
        self._save_index({**self._load_index(), key: name})


class _Cache(FunctionCache):
    """The cache of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        known = self._impl
        self._cache_file = _Files(self._cache_path, known.filename_base, known.locator.get_source_stamp())


def loop(**options: Any) -> Callable[[Loop], Loop]:
    """Compiles a function that runs without the interpreter's lock; `options` are those of `numba.njit`."""

    def compiled(function: Loop) -> Loop:
        made = njit(nogil=True, **options)(function)
        made._cache = _Cache(function)
        return cast(Loop, made)

    return compiled
