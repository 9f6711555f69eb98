"""Every capability is declared once, has a function behind it, and stands on its page; no page names another."""

import re
from pathlib import Path

from wanjia.actions.cases.capabilities import ACTING, REGISTRY
from wanjia.model.capabilities import OPEN_CASE, SIGNATURES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "capabilities.md"


def test_what_is_declared_is_there() -> None:
    assert REGISTRY.keys() | ACTING.keys() | {OPEN_CASE} == SIGNATURES.keys()
    assert not REGISTRY.keys() & ACTING.keys()
    assert {name for name, row in SIGNATURES.items() if row.acting} == ACTING.keys() | {OPEN_CASE}


def test_every_capability_stands_on_its_page() -> None:
    first_cells = re.findall(r"^\| (`[a-z_`, ]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`([a-z_]+)`", cell)}
    assert SIGNATURES.keys() <= named, SIGNATURES.keys() - named
