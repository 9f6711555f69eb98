"""The import contracts hold, and would notice: an import upwards, a kernel's neighbour, an undeclared room, a clock."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    command = [LINT_IMPORTS, "--no-cache", "--no-logo"]
    environment = {**os.environ, "PYTHONPATH": str(house / "src")}
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house's Python files and contracts that a test may break."""
    keep_python = shutil.ignore_patterns("*.json", "*.html", "*.css", "*.js", "static", "__pycache__", "*.md")
    shutil.copytree("src/wanjia", tmp_path / "src" / "wanjia", ignore=keep_python)
    shutil.copy("pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold() -> None:
    done = lint(Path.cwd())
    assert done.returncode == 0, done.stdout + done.stderr


BREAKS = (
    ("model/faults.py", "import wanjia.texts", "wanjia.model is not allowed to import wanjia.texts"),
    ("queries/__init__.py", "import wanjia.actions", "wanjia.queries is not allowed to import wanjia.actions"),
    ("kernels/cover/__init__.py", "import wanjia.kernels.history",
     "wanjia.kernels.cover is not allowed to import wanjia.kernels.history"),
    ("engine/__init__.py", "import time", "wanjia.engine is not allowed to import time"),
    ("practice/__init__.py", "import django", "wanjia.practice is not allowed to import django"),
    ("web/__init__.py", "import SpiffWorkflow", "wanjia.web is not allowed to import SpiffWorkflow"),
)  # fmt: skip
"""File, the line that breaks a contract, and what is said of it."""
ROOMS = (("attic/__init__.py", "", "wanjia.attic"), ("kernels/attic/__init__.py", "", "wanjia.kernels.attic"))
"""Rooms that no contract knows."""


@pytest.mark.parametrize("breaks", [BREAKS, ROOMS], ids=["imports", "rooms"])
def test_contracts_notice(copy: Path, breaks: tuple[tuple[str, str, str], ...]) -> None:
    """All at once, since each run reads the whole house: each must be named."""
    for file, line, _ in breaks:
        path = copy / "src" / "wanjia" / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{path.read_text() if path.exists() else ''}\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    for _, _, broken in breaks:
        assert broken in said, broken
