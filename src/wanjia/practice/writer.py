"""A practice back to files, laid out one way: what is read again is the same practice."""

import json
from collections.abc import Mapping

import yaml

from wanjia.model.jsonvalue import Json
from wanjia.practice.nouns import Practice


def write(practice: Practice) -> Mapping[str, bytes]:
    """Relative path -> content, in the order of the names. Comments in YAML are not kept."""
    return {path: _content(path, practice.parts[path]) for path in sorted(practice.parts)}


def _content(path: str, value: Json) -> bytes:
    if path.endswith(".json"):
        return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
    if path.endswith(".yaml"):
        text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
        return str(text).encode()
    return str(value).encode()


class _Dumper(yaml.SafeDumper):
    """Writes no anchors: our reader refuses them."""

    def ignore_aliases(self, data: object) -> bool:
        return True
