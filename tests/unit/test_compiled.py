"""Two processes that compile one function at the same time never get each other's code."""

import numpy as np

from wanjia.compiled import loop


def _doubled(values):  # type: ignore[no-untyped-def]
    return 2 * values[0]


def test_signatures_kept_at_the_same_time_stay_apart(monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """While one process keeps its code, another that read the same index keeps another signature's."""
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    whole, real = np.array([3], np.int64), np.array([1.5])
    one, other = loop()(_doubled), loop()(_doubled)
    files, others = one._cache._cache_file, other._cache._cache_file  # type: ignore[attr-defined]
    save, read = files._save_data, others._load_index()

    def interrupted(name: str, data: object) -> None:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(others, "_load_index", lambda: dict(read))
            assert other(real) == 3.0
        save(name, data)

    with monkeypatch.context() as racing:
        racing.setattr(files, "_save_data", interrupted)
        assert one(whole) == 6
    later = loop()(_doubled)
    assert (later(whole), later(real)) == (6, 3.0)


def test_compiled_code_is_read_back(monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    values = np.array([3], np.int64)
    assert loop()(_doubled)(values) == 6
    again = loop()(_doubled)
    assert again(values) == 6
    assert sum(again.stats.cache_hits.values()) == 1  # type: ignore[attr-defined]
