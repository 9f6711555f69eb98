"""Texts: both languages hold the same keys and placeholders, and every key that code or page names is there."""

import ast
import json
import re
import string
from collections.abc import Iterator
from typing import Any

from tidy_checks.faults import Fault, Tree

FOLDER = "src/wanjia/texts"
LANGUAGES = ("zh-Hans", "en")
IN_TEMPLATE = re.compile(r"""\{%-?\s*t\s+["']([^"']+)["']""")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def tables(tree: Tree, language: str) -> dict[str, tuple[str, Any]]:
    """key -> (file, sentence) over all files of one language; a later file wins, the loader refuses doubles."""
    merged: dict[str, tuple[str, Any]] = {}
    for path in tree.under(f"{FOLDER}/{language}", suffix=".json"):
        merged.update({key: (path, sentence) for key, sentence in json.loads(tree.text(path)).items()})
    return merged


def readable(tree: Tree) -> Iterator[Fault]:
    """Every text file is a flat JSON object of sentences; a key stands in one file."""
    for language in LANGUAGES:
        seen: dict[str, str] = {}
        for path in tree.under(f"{FOLDER}/{language}", suffix=".json"):
            for key, sentence in json.loads(tree.text(path), object_pairs_hook=list):
                if not isinstance(sentence, str) or not sentence.strip():
                    yield Fault(path, 0, f"text {key!r} is not a sentence; write one")
                if key in seen:
                    yield Fault(path, 0, f"text {key!r} also stands in {seen[key]}; keep one")
                seen[key] = path


def same_in_both(tree: Tree) -> Iterator[Fault]:
    """Both languages have the same keys and the same placeholders; English alone says one of a thing otherwise."""
    chinese, english = (tables(tree, language) for language in LANGUAGES)
    english = {key: found for key, found in english.items() if not _of_one(key, english)}
    for key in sorted(chinese.keys() ^ english.keys()):
        path, _ = (chinese.get(key) or english.get(key)) or ("", "")
        yield Fault(path, 0, f"text {key!r} is missing in {'en' if key in chinese else 'zh-Hans'}; write it")
    for key in sorted(chinese.keys() & english.keys()):
        (path, here), (_, there) = chinese[key], english[key]
        if _placeholders(here) != _placeholders(there):
            names = sorted(_placeholders(here) ^ _placeholders(there))
            yield Fault(path, 0, f"text {key!r}: placeholders {names} stand in one language only")


def _of_one(key: str, english: dict[str, tuple[str, Any]]) -> bool:
    """Is it the singular of a sentence that counts?"""
    plural = key.removesuffix(".one")
    return plural != key and plural in english and "count" in _placeholders(english[plural][1])


def _placeholders(sentence: Any) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(str(sentence)) if name is not None}
    except ValueError:
        return {f"unreadable braces in {sentence!r}"}


def all_there(tree: Tree) -> Iterator[Fault]:
    """Every key named as a literal in `say("key")` or `{% t "key" %}` exists; one ending in a dot begins some key."""
    known = tables(tree, LANGUAGES[0])
    for path, line, key in (*_said(tree), *_templated(tree)):
        begins = key.endswith(".") and any(one.startswith(key) for one in known)
        if key not in known and not begins:
            yield Fault(path, line, f"text {key!r} does not exist; write it in both languages under {FOLDER}")


def _said(tree: Tree) -> Iterator[tuple[str, int, str]]:
    for path in tree.under("src", suffix=".py"):
        ours = _is_ours(tree.module(path))
        for node in ast.walk(tree.module(path)):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if ours and name == "say" and isinstance(node.args[0].value, str):
                    yield path, node.lineno, node.args[0].value


def _is_ours(module: ast.Module) -> bool:
    """Does this file import `wanjia.texts`? Another function may be called `say` too."""
    imports = [node for node in ast.walk(module) if isinstance(node, ast.Import | ast.ImportFrom)]
    return any("wanjia" in ast.unparse(node) and "texts" in ast.unparse(node) for node in imports)


def _templated(tree: Tree) -> Iterator[tuple[str, int, str]]:
    for path in tree.under("src/wanjia/web", suffix=".html"):
        for number, line in tree.lines(path):
            yield from ((path, number, key) for key in IN_TEMPLATE.findall(line))


def no_chinese_in_pages(tree: Tree) -> Iterator[Fault]:
    """All that a person reads is in texts: a template holds no Chinese sentence."""
    for path in tree.under("src/wanjia/web", suffix=".html"):
        for number, line in tree.lines(path):
            if CHINESE.search(re.sub(r"\{#.*?#\}", "", line)):
                yield Fault(path, number, "Chinese words in a template; put them in texts in both languages")


CHECKS = (readable, same_in_both, all_there, no_chinese_in_pages)
