"""YAML to plain JSON with line numbers. Narrower than YAML on purpose: no anchors, no tags, no dates, no `yes`/`no`.

Built from parser events with a stack of our own, so that neither deep nesting nor references can blow up.
"""

import re
from dataclasses import dataclass, field

import yaml

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Json
from wanjia.practice.limits import DEPTH_MAX, NODES_MAX
from wanjia.practice.parsed import Parsed, Path

WORDS: dict[str, Json] = {"": None, "~": None, "null": None, "true": True, "false": False}
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}([eE][-+]?[0-9]{1,3})?")


FAST: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C, where PyYAML has it: six times as fast."""
SYNTAX = "practice.yaml_syntax"


def parse_yaml(file: str, content: bytes) -> Parsed:
    """Parse one document. Every fault that leaves the rest readable is collected; a syntax error ends the file."""
    # Where a tab may stand the two do not agree; then the stricter one decides.
    parsed = _parse(file, content, yaml.SafeLoader if b"\t" in content else FAST)
    if any(fault.code == SYNTAX for fault in parsed.faults):
        return _parse(file, content, yaml.SafeLoader)  # it says more plainly what is wrong
    return parsed


def _parse(file: str, content: bytes, loader: type[yaml.SafeLoader]) -> Parsed:
    builder = _Builder(file)
    try:
        text = content.decode("utf-8-sig")
        for event in yaml.parse(text, Loader=loader):
            if not builder.take(event):
                break
    except UnicodeDecodeError as error:
        builder.fault("practice.not_utf8", 1 + content[: error.start].count(b"\n"))
    except yaml.YAMLError as error:
        builder.fault(SYNTAX, _line(error), problem=_problem(error))
    faults = tuple(builder.faults)
    return Parsed(file, None if builder.broken else builder.value, builder.lines, faults)


def _line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return int(mark.line) + 1 if mark else 1


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or "?")


def plain_scalar(text: str) -> Json:
    """An unquoted word: null, boolean, integer and decimal as in JSON; everything else, dates too, is text."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


@dataclass
class _Open:
    """A list or mapping that is not closed yet; `key` is the mapping key whose value comes next."""

    value: list[Json] | dict[str, Json]
    path: Path
    key: str | None = None


@dataclass
class _Builder:
    """Takes parser events one by one; `take` says whether to go on."""

    file: str
    value: Json = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    broken: bool = False
    stack: list[_Open] = field(default_factory=list)
    nodes: int = 0
    documents: int = 0

    def fault(self, code: str, line: int, **values: object) -> None:
        """Note a fault after which the file as a whole is not to be used."""
        self.broken = True
        self.faults.append(Fault(code, Where(self.file, line), values))

    def take(self, event: yaml.Event) -> bool:
        """Take one event; False when reading further makes no sense."""
        line = int(event.start_mark.line) + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.fault("practice.yaml_anchor", line)
            return False
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.fault("practice.yaml_documents", line)
                return False
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            return self._node(event, line)
        if isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
        return True

    def _node(self, event: yaml.Event, line: int) -> bool:
        self.nodes += 1
        if getattr(event, "tag", None) not in (None, "!"):
            self.fault("practice.yaml_tag", line, tag=getattr(event, "tag", ""))
            return False
        if self.nodes > NODES_MAX or len(self.stack) >= DEPTH_MAX:
            self.fault("practice.too_deep", line, depth_max=DEPTH_MAX, nodes_max=NODES_MAX)
            return False
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            return self._key(event, line)
        value = _empty_or_scalar(event)
        path = self._place(value, line)
        if isinstance(value, list | dict):
            self.stack.append(_Open(value, path))
        return True

    def _key(self, event: yaml.Event, line: int) -> bool:
        if not isinstance(event, yaml.ScalarEvent):
            self.fault("practice.yaml_key", line)
            return False
        top = self.stack[-1]
        top.key = str(event.value)
        if isinstance(top.value, dict) and top.key in top.value:
            path = ".".join(str(part) for part in (*top.path, top.key))
            first = self.lines.get((*top.path, top.key), 1)
            self.faults.append(
                Fault("practice.key_twice", Where(self.file, line, path), {"key": top.key, "first": first})
            )
        self.lines[(*top.path, top.key)] = line
        return True

    def _place(self, value: Json, line: int) -> Path:
        if not self.stack:
            self.value = value
            self.lines[()] = line
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            path: Path = (*top.path, len(top.value) - 1)
            self.lines[path] = line
            return path
        key, top.key = top.key or "", None
        top.value[key] = value
        return (*top.path, key)


def _empty_or_scalar(event: yaml.Event) -> Json:
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    assert isinstance(event, yaml.ScalarEvent)
    return plain_scalar(event.value) if not event.style else str(event.value)
