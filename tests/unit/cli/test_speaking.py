"""How every command speaks: in the shell's language unless another is asked for, with columns that line up."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from wanjia.cli._language import language_of
from wanjia.cli._printed_tables import shorten, table, width
from wanjia.cli.main import main

PRACTICES = Path(__file__).parents[3] / "practices"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh-Hans"),
    ],
)
def test_the_first_setting_that_says_something_decides(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


@pytest.mark.parametrize("words", [["practice", "list", str(PRACTICES)], ["territory", "check"], ["history", "audit"]])
def test_every_command_says_that_it_follows_the_shell(words: list[str]) -> None:
    told = CliRunner().invoke(main, [*words[:2], "--help"]).output
    assert "default: the shell's" in " ".join(told.split())


def test_the_list_of_practices_follows_the_shell_and_the_option(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("contact_card", "one_window_review"):
        shutil.copytree(PRACTICES / name, tmp_path / name)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    chinese = CliRunner().invoke(main, ["practice", "list", str(tmp_path)]).output
    english = CliRunner().invoke(main, ["practice", "list", str(tmp_path), "--language", "en"]).output
    assert "联审" in chinese
    assert "联审" not in english and len(english.splitlines()) == len(chinese.splitlines())


def test_columns_line_up_and_long_names_end_in_an_ellipsis() -> None:
    lines = table([["步骤", "数"], ["accept", "1,434"], ["一" * 40, "7"]], indent="  ")
    assert len({width(line) for line in lines}) == 1
    assert lines[0].startswith("  步骤") and lines[1].endswith("  1,434") and "…" in lines[2]
    assert table([["a", "1"], ["bb", "22"]], names=2) == ["a   1", "bb  22"]
    assert width(shorten("中文" * 30, 11)) <= 11 and shorten("short") == "short"
    assert table([]) == []
