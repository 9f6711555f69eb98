"""Units beside figures: each needs a word, or people would read its key."""

from collections.abc import Collection, Iterator, Mapping

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Json
from wanjia.practice.folder import Folder, open_folder
from wanjia.practice.nearest import unknown

TOLD = ("facts", "inputs", "registers")
"""Parts of a manifest in which a `unit` stands that people read; in others it is the name of something."""


def unit_faults(files: Mapping[str, bytes], worded: Collection[str]) -> tuple[Fault, ...]:
    """Units of facts, inputs, registers, indicators and forms that the product has no word for."""
    folder = open_folder(files)
    paths = [path for path in sorted(folder.parsed) if path == "indicators.yaml" or path.endswith(".schema.json")]
    return tuple(fault for path in ("practice.yaml", *paths) for fault in _faults(folder, path, worded))


def _faults(folder: Folder, path: str, worded: Collection[str]) -> Iterator[Fault]:
    for keys, unit in _units(dict(folder.mapping(path)), ()):
        if unit not in worded and (path != "practice.yaml" or keys[0] in TOLD):
            yield unknown("practice.unit_unknown", folder.where(path, *keys), unit, worded)


def _units(value: Json, keys: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every unit in a tree, with the way to it. A fact that is itself called `unit` holds more than a word."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            if key == "unit" and isinstance(below, str):
                yield (*keys, key), below
            yield from _units(below, (*keys, key))
    elif isinstance(value, list):
        for at, below in enumerate(value):
            yield from _units(below, (*keys, at))
