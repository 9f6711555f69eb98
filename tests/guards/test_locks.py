"""What pyproject.toml asks for is locked, at one version in all lock files, and the locks hold a hash for each."""

import re
import tomllib
from pathlib import Path

import pytest

LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)


def versions(name: str) -> dict[str, str]:
    return dict(LOCKED.findall(Path(name).read_text(encoding="utf-8")))


def asked_for(table: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", entry)[0].lower().replace("_", "-") for entry in table}


PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"] + GROUPS["build"]),
        ("requirements-dev.txt", PROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["dev"]),
        ("requirements-node.txt", GROUPS["node"]),
        ("requirements-spark.txt", GROUPS["spark"]),
    ],
)
def test_everything_asked_for_is_locked_with_hashes(lock: str, wanted: list[str]) -> None:
    assert asked_for(wanted) - versions(lock).keys() == set(), "run `make lock`"
    blocks = re.split(r"\n(?=\S)", Path(lock).read_text(encoding="utf-8").strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("other", ["requirements.txt", "requirements-spark.txt", "requirements-readers.txt"])
def test_what_is_installed_side_by_side_is_one_version(other: str) -> None:
    theirs, tested = versions(other), versions("requirements-dev.txt")
    assert {name: theirs[name] for name in theirs.keys() & tested.keys() if theirs[name] != tested[name]} == {}


def test_what_runs_is_what_is_tested() -> None:
    assert versions("requirements.txt").keys() <= versions("requirements-dev.txt").keys()
