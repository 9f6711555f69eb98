"""Carries the results of one pytest run into the summary of the next, so that the last line counts both stores."""

import json
from pathlib import Path
from typing import Any

import pytest
from _pytest.reports import TestReport
from _pytest.terminal import TerminalReporter


class Recorder:
    """Writes every finished test of this run to a file: what came out, as pytest itself serialises it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reports: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.reports.append(report._to_json())

    def pytest_sessionfinish(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.reports, default=str), encoding="utf-8")


class Summary:
    """Adds an earlier run's tests to this run's summary; an earlier failure fails this run."""

    def __init__(self, path: Path, label: str) -> None:
        self.reports = [TestReport._from_json(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
        for report in self.reports:
            report.nodeid = f"{report.nodeid} ({label})"
            if isinstance(report.longrepr, list):
                # Where and why a test was skipped: a tuple to pytest, which JSON does not know.
                report.longrepr = tuple(report.longrepr)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == 0 and any(report.failed for report in self.reports):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        for report in self.reports:
            category = "error" if report.failed and report.when != "call" else report.outcome
            terminalreporter.stats.setdefault(category, []).append(report)
