"""The repository is tidy, and each check of tools/tidy.py notices the fault that it is there for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import tidy
from tidy_checks import code, docs, texts, tree
from tidy_checks.faults import Fault, Tree

ROOT = Path(tidy.__file__).resolve().parent.parent
# May only shrink. Whoever takes an entry off the list lowers this number.
INNER_IMPORTS_MAX = 0
Check = Callable[[Tree], object]


@pytest.mark.heavy
def test_repository_is_tidy() -> None:
    faults = tidy.all_faults(ROOT)
    assert not faults, "\n" + "\n".join(map(str, faults))


def test_list_of_inner_imports_only_shrinks() -> None:
    lines = (ROOT / code.INNER_IMPORTS).read_text(encoding="utf-8").splitlines()
    assert sum(1 for line in lines if line and not line.startswith("#")) <= INNER_IMPORTS_MAX


def test_functions_are_short_on_average() -> None:
    count, mean = code.function_figures(Tree(ROOT))
    assert count > 100
    assert mean < 15


def faults_in(folder: Path, check: Check, files: dict[str, str]) -> list[str]:
    """What `check` says of a repository that holds just these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    found = list(check(Tree(folder)))  # type: ignore[call-overload]
    assert all(isinstance(fault, Fault) for fault in found)
    return [str(fault) for fault in found]


@pytest.mark.parametrize(
    "line",
    [
        "open('a')",
        "datetime.now()",
        "dt.datetime.now(UTC)",
        "datetime.date.today()",
        "time.monotonic()",
        "random.random()",
        "random.Random()",
        "np.random.rand(3)",
        "np.random.default_rng()",
        "uuid.uuid4()",
        "os.environ['A']",
        "os.getenv('A')",
        "Path('a').read_text()",
        "np.load('a')",
        "eval('1')",
    ],
)
def test_impure_call_is_noticed(tmp_path: Path, line: str) -> None:
    modules = "import os, random, time, uuid"
    sample = {"src/wanjia/engine/step.py": f"{modules}\n{line}\n", "src/wanjia/web/step.py": f"{modules}\n{line}\n"}
    found = faults_in(tmp_path, code.pure_rooms, sample)
    assert len(found) == 1, found
    assert found[0].startswith("src/wanjia/engine/step.py:2: ")


@pytest.mark.parametrize(
    "line",
    [
        "random.Random(seed)",
        "np.random.default_rng(7)",
        "now.date()",
        "uuid.uuid5(A, b)",
        "datetime(2026, 1, 1)",
        "time.tick(1)",
    ],
)
def test_what_came_in_is_pure(tmp_path: Path, line: str) -> None:
    assert faults_in(tmp_path, code.pure_rooms, {"src/wanjia/kernels/a.py": f"{line}\n"}) == []


LONG = "def long():\n" + "    x = 1\n" * code.FUNCTION_LINES_MAX
NESTED = "def outer():\n    import os\n    return os\n"
SAY = "from wanjia.texts import say\n"
RUBBISH = "TO" + "DO"
BOTH = ("src/wanjia/texts/zh-Hans/a.json", "src/wanjia/texts/en/a.json")


def both(chinese: dict[str, object], english: dict[str, object]) -> dict[str, str]:
    return {BOTH[0]: json.dumps(chinese), BOTH[1]: json.dumps(english)}


ADDRESS = "https://example.org"
NOTICED: list[tuple[Check, dict[str, str], str]] = [
    (code.lengths, {"tests/a.py": LONG}, "function long has 61 lines"),
    (code.lengths, {"islands/a/a.ts": "\n" * 601}, "601 lines"),
    (code.imports_at_the_top, {"src/wanjia/web/a.py": NESTED}, "import inside outer"),
    (code.imports_at_the_top, {code.INNER_IMPORTS: "src/a.py::gone  why\n"}, "take it off the list"),
    (code.finished, {"src/a.py": f"# {RUBBISH}: later\n"}, "unfinished work"),
    (code.finished, {"src/a.py": "raise NotImplementedError\n"}, "build it"),
    (tree.speaking_names, {"src/wanjia/web/utils.py": ""}, "'utils' says nothing"),
    (tree.speaking_names, {"tests/helpers/test_a.py": ""}, "'helpers' says nothing"),
    (tree.room_readmes, {"src/wanjia/web/a.py": ""}, "the room has no README"),
    (
        tree.room_readmes,
        {"src/wanjia/web/a.py": "", "src/wanjia/web/README.md": "# Web\n\nOne. Two.\n"},
        "one sentence",
    ),
    (
        tree.room_readmes,
        {"src/wanjia/adapters/dlms/codec.py": "", "src/wanjia/adapters/README.md": "A."},
        "adapters/dlms",
    ),
    (tree.no_utility, {"src/wanjia/a.json": '{"a": "国家' + '电网"}'}, "names the utility"),
    (tree.no_machine_path, {"docs/a.md": "see /ho" + "me/anna/wanjia\n"}, "somebody's machine"),
    (tree.locks_without_address, {"requirements.txt": f"--index-url {ADDRESS}\n"}, "carries an index address"),
    (
        tree.locks_without_address,
        {"islands/package-lock.json": '  "resolved": "https://a"\n'},
        "carries an index address",
    ),
    (texts.readable, {BOTH[0]: '{"a": "甲", "a": "乙"}'}, "also stands in"),
    (texts.readable, {BOTH[0]: '{"a": ""}'}, "is not a sentence"),
    (texts.same_in_both, both({"a": "甲"}, {}), "missing in en"),
    (texts.same_in_both, both({}, {"a": "A"}), "missing in zh-Hans"),
    (texts.same_in_both, both({"a": "{n} 户"}, {"a": "{m} homes"}), "placeholders ['m', 'n']"),
    (texts.same_in_both, both({"a": "户"}, {"a": "homes", "a.one": "home"}), "'a.one' is missing in zh-Hans"),
    (texts.same_in_both, both({"a": "{n 户"}, {"a": "homes"}), "unreadable braces"),
    (texts.all_there, {"src/wanjia/web/a.py": f"{SAY}say('no.such')\n"}, "'no.such' does not exist"),
    (texts.all_there, {"src/wanjia/web/a.html": "{% t 'no.such' %}\n"}, "'no.such' does not exist"),
    (texts.no_chinese_in_pages, {"src/wanjia/web/a.html": "<p>你好</p>\n"}, "Chinese words in a template"),
    (docs.links, {"docs/index.md": "[a](how-to/none.md)\n"}, "leads nowhere"),
    (docs.links, {"docs/index.md": "[a](../../outside.md)\n"}, "leads nowhere"),
    (docs.reference_pages, {"src/wanjia/cli/trace.py": ""}, "'trace' has no page"),
    (docs.examples, {"README.md": "```\nwanjia dance --now\n```\n"}, "no command `wanjia dance`"),
    (docs.four_kinds, {"docs/notes/a.md": ""}, "is not one of"),
    (docs.four_kinds, {"docs/decisions/0001-a.md": "", "docs/decisions/0001-b.md": ""}, "is taken by"),
]


@pytest.mark.parametrize(("check", "files", "said"), NOTICED)
def test_fault_is_noticed(tmp_path: Path, check: Check, files: dict[str, str], said: str) -> None:
    found = faults_in(tmp_path, check, files)
    assert any(said in fault for fault in found), found


def test_every_check_has_a_sample() -> None:
    assert {check for check, _, _ in NOTICED} | {code.pure_rooms} == set(tidy.CHECKS)


def test_what_is_in_order_passes(tmp_path: Path) -> None:
    files = {
        "README.md": "See [docs](docs/index.md).\n\n```sh\n.venv/bin/wanjia territory owner a b\n```\n",
        "docs/index.md": "[home](../README.md) [folder](decisions)\n",
        "docs/decisions/0001-a.md": "",
        "docs/reference/commands/territory.md": "",
        "requirements.txt": "a==1 --hash=sha256:0\n",
        "requirements-dev.txt": "",
        "requirements-node.txt": "",
        "islands/package-lock.json": '{"funding": "https://example.org"}\n',
        "src/wanjia/cli/territory.py": "",
        "src/wanjia/cli/README.md": "# cli\n\nThe `wanjia` command.\n\nNo rules here. None.\n",
        "src/wanjia/web/page.py": f"{SAY}say('a')\n",
        "src/wanjia/web/README.md": "# web\n\nPages.\n",
        "src/wanjia/cli/progress.py": "say('done')\n",
        "docs/reference/commands/progress.md": "",
        "src/wanjia/web/base.html": "{# 说明 #}{% t 'a' %}\n",
        **both({"a": "{count} 户"}, {"a": "{count} homes", "a.one": "one home"}),
    }
    for check in tidy.CHECKS:
        assert faults_in(tmp_path, check, files) == []
