"""Invented names for the demo: places and people, in Chinese with their Pinyin. None of them is meant to be real."""

import json
from dataclasses import dataclass
from importlib.resources import files

from numpy.random import Generator

_NAMES = json.loads(files("wanjia.cli.demo").joinpath("names.json").read_text(encoding="utf-8"))
COUNTIES: list[tuple[str, str, str]] = [tuple(row) for row in _NAMES["counties"]]
"""(Chinese name, English name, class of area)."""
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ", "aaaaeeeeiiiioooouuuuvvvv")


@dataclass(frozen=True)
class PlaceName:
    """A place name without its ending (镇, 村)."""

    zh: str
    en: str


def place_names(chance: Generator, count: int) -> list[PlaceName]:
    """Different place names of two characters, in random order; at most 1,296."""
    pairs = [(one, two) for one in _NAMES["first"] for two in _NAMES["second"]]
    order = chance.permutation(len(pairs))[:count]
    return [_name(*pairs[int(at)]) for at in order]


def person_name(chance: Generator) -> str:
    """An invented person."""
    return str(chance.choice(list(_NAMES["surnames"]))) + str(chance.choice(_NAMES["given"]))


def phone(chance: Generator) -> str:
    """A number in a range that is given to nobody (the third digit of a mobile number is never 0)."""
    return f"130{int(chance.integers(0, 10**8)):08d}"


def _name(first: str, second: str) -> PlaceName:
    en = (first[1:] + second[1:]).translate(_TONES)
    return PlaceName(first[0] + second[0], en.capitalize())
