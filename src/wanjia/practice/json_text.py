"""JSON with line numbers: the standard parser says what the values are, one pass over the tokens says where."""

import json
import re
from dataclasses import dataclass, field

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Json
from wanjia.practice.limits import DEPTH_MAX, NODES_MAX
from wanjia.practice.parsed import Parsed, Path

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|\n|[^\s{}\[\]:,"]+')


def parse_json(file: str, content: bytes) -> Parsed:
    """Parse one file; nesting is measured before the recursive parser sees it."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return _broken(file, "practice.not_utf8", 1 + content[: error.start].count(b"\n"))
    walk = _Walk(file)
    if not walk.over(text):
        return _broken(file, "practice.too_deep", walk.line, depth_max=DEPTH_MAX, nodes_max=NODES_MAX)
    try:
        value: Json = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return _broken(file, "practice.json_syntax", error.lineno, problem=f"{error.msg}, column {error.colno}")
    except ValueError as error:
        return _broken(file, "practice.json_syntax", 1, problem=str(error))
    return Parsed(file, value, walk.lines, tuple(walk.faults))


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _broken(file: str, code: str, line: int, **values: object) -> Parsed:
    return Parsed(file, None, {}, (Fault(code, Where(file, line), values),))


@dataclass
class _Walk:
    """Follows the tokens of a text that may still be wrong; what it says counts only when the parser agrees."""

    file: str
    line: int = 1
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    path: list[str | int] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    expects_key: bool = False

    def over(self, text: str) -> bool:
        """Walk all tokens; False when the text is too deep or holds too many values."""
        for count, match in enumerate(TOKEN.finditer(text)):
            token = match.group()
            if token == "\n":
                self.line += 1
                continue
            if len(self.opened) > DEPTH_MAX or count > 6 * NODES_MAX:
                return False
            self._take(token)
            self.line += token.count("\n")
        return True

    def _take(self, token: str) -> None:
        if token in "{[":
            self._value()
            self.opened.append(token)
            self.path.append("" if token == "{" else 0)
            self.expects_key = token == "{"
        elif token in "}]" and self.opened:
            self.opened.pop()
            self.path.pop()
            self.expects_key = False
        elif token == "," and self.opened:
            self._next()
        elif token != ":":
            self._key(token) if self.expects_key else self._value()

    def _next(self) -> None:
        last = self.path[-1]
        if isinstance(last, int):
            self.path[-1] = last + 1
        else:
            self.expects_key = True

    def _key(self, token: str) -> None:
        self.expects_key = False
        try:
            self.path[-1] = str(json.loads(token))
        except ValueError:
            return
        at = tuple(self.path)
        if at in self.lines:
            where = Where(self.file, self.line, ".".join(str(part) for part in at))
            self.faults.append(Fault("practice.key_twice", where, {"key": at[-1], "first": self.lines[at]}))
        self.lines[at] = self.line

    def _value(self) -> None:
        self.lines.setdefault(tuple(self.path), self.line)
