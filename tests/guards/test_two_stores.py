"""The last line of `make test` counts the tests of both stores, and a failure on either fails the whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.heavy
OPTIONS = ("-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "pyproject.toml")


def run(sample: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *OPTIONS, *options, str(sample)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "CI": ""})


@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_failure_on_the_first_store_fails_the_second_run(tmp_path: Path, workers: list[str]) -> None:
    sample, results = tmp_path / "test_sample.py", tmp_path / "results.json"
    sample.write_text("import os\ndef test_a(): assert not os.environ['BREAK']\ndef test_b(): pass\n")
    first = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *workers, "--write-results", str(results), str(sample)],
        capture_output=True, text=True, check=False, env={**os.environ, "BREAK": "1"},
    )  # fmt: skip
    assert first.returncode == 1, first.stdout + first.stderr
    second = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *workers, "--add-results", str(results), str(sample)],
        capture_output=True, text=True, check=False, env={**os.environ, "BREAK": ""},
    )  # fmt: skip
    assert second.returncode == 1, second.stdout + second.stderr
    assert "1 failed, 3 passed" in second.stdout.splitlines()[-1]
    assert "test_a (PostgreSQL)" in second.stdout


def test_success_on_both_stores_is_counted_once_each(tmp_path: Path) -> None:
    sample, results = tmp_path / "test_sample.py", tmp_path / "results.json"
    sample.write_text("import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('no broker')\n")
    assert run(sample, "--write-results", str(results)).returncode == 0
    done = run(sample, "--add-results", str(results))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("2 passed, 2 skipped")
    assert "no broker" in done.stdout


def test_heavy_tests_run_only_when_asked_for(tmp_path: Path) -> None:
    sample = tmp_path / "test_sample.py"
    sample.write_text("import pytest\n@pytest.mark.heavy\ndef test_a(): pass\ndef test_b(): pass\n")
    lines = run(sample, "-n", "1").stdout.splitlines()
    assert lines[-1].startswith("1 passed, 1 skipped")
    assert any(line.startswith("SKIPPED [1]") and "left for CI" in line for line in lines)
    assert run(sample, "--heavy").stdout.splitlines()[-1].startswith("2 passed")
