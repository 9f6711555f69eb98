"""Every sentence that a person reads, by key and language; JSON files only, merged per language folder."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from wanjia.model.faults import Fault

LANGUAGES = ("zh-Hans", "en")
DEFAULT_LANGUAGE = "zh-Hans"


@cache
def table(language: str) -> dict[str, str]:
    """All texts of one language: key -> sentence with `{placeholders}`. A key may stand in one file only."""
    merged: dict[str, str] = {}
    for entry in sorted(files(__name__).joinpath(language).iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".json"):
            continue
        for key, sentence in json.loads(entry.read_text(encoding="utf-8")).items():
            if key in merged:
                raise ValueError(f"texts/{language}/{entry.name}: key {key!r} stands in two files")
            merged[key] = sentence
    return merged


def say(key: str, language: str = DEFAULT_LANGUAGE, /, **values: Any) -> str:
    """The sentence for `key`; a missing key is shown as the key itself so that a page never breaks on it.

    With `count=1` the sentence `<key>.one` is said where there is one: English writes one case and two cases.
    """
    sentences = table(language)
    sentence = (sentences.get(f"{key}.one") if values.get("count") == 1 else None) or sentences.get(key)
    if sentence is None:
        return key
    return sentence.format(**values) if values else sentence


def fault_sentence(fault: Fault, language: str = DEFAULT_LANGUAGE) -> str:
    """`where: what is wrong and what to do next`, in one line."""
    sentence = say(fault.code, language, **dict(fault.values))
    return f"{fault.where}: {sentence}" if str(fault.where) else sentence
