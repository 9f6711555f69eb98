"""The tree: names that say nothing, rooms without a README, real utilities, paths of somebody's machine, lock files."""

import re
from collections.abc import Iterator

from tidy_checks.faults import Fault, Tree

EMPTY_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "core", "services", "manager", "managers", "misc"}
)
ROOMS = "src/wanjia"
# No utility's name occurs in src: what differs between companies is data.
UTILITIES = (
    "国网", "国家电网", "南方电网", "南网", "State Grid", "SGCC", "China Southern Power", "蒙西电网", "内蒙古电力",
    "陕西地电", "三峡水利", "广西水利电业", "网上国网", "国网在线", "i国网",
)  # fmt: skip
MACHINE_PATH = re.compile(r"(?<![\w./}~-])/(?:work|root|home|Users)/\w")
LOCK_FILES = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt", "islands/package-lock.json")
ADDRESS = re.compile(
    r'^\s*(?:--(?:index-url|extra-index-url|find-links|trusted-host)|"resolved"\s*:)|@ (?:https?|file):'
)
BINARY = (".png", ".jpg", ".pdf", ".parquet", ".woff2", ".ico", ".lock")


def speaking_names(tree: Tree) -> Iterator[Fault]:
    """No room or file whose name says nothing about its subject."""
    for path in tree.under("src", "tests", "tools", "islands", "practices", "benchmarks"):
        parts = path.split("/")
        names = {*parts[:-1], parts[-1].split(".")[0].removeprefix("test_").removeprefix("bench_")}
        for name in sorted(names & EMPTY_NAMES):
            yield Fault(path, 0, f"{name!r} says nothing about its subject; name it after what it holds")


def room_readmes(tree: Tree) -> Iterator[Fault]:
    """Each room says in one sentence what it is, and what may not live there; each adapter has its page."""
    modules = [path.split("/") for path in tree.under(ROOMS, suffix=".py")]
    rooms = {"/".join(parts[:3]) for parts in modules if len(parts) > 3}
    adapters = {"/".join(parts[:4]) for parts in modules if len(parts) > 4 and parts[2] == "adapters"}
    for room in sorted(rooms | adapters):
        path = f"{room}/README.md"
        if path not in tree.files:
            yield Fault(path, 0, "the room has no README; say in one sentence what it is, then what may not live there")
        elif room in rooms and not _is_one_sentence(first_paragraph(tree.text(path))):
            yield Fault(path, 0, "the first paragraph is not one sentence; say what the room is, in one")


def first_paragraph(markdown: str) -> str:
    """The first paragraph that is not a heading, on one line."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", markdown)]
    return next((" ".join(part.split()) for part in paragraphs if part and not part.startswith("#")), "")


def _is_one_sentence(paragraph: str) -> bool:
    return paragraph.endswith((".", "。")) and not re.search(r"[.!?]\s+[A-Z]|[。！？].", paragraph)


def no_utility(tree: Tree) -> Iterator[Fault]:
    """No utility's name in src."""
    for path in tree.under("src"):
        for number, line in tree.lines(path):
            for name in UTILITIES:
                if name in line:
                    yield Fault(path, number, f"names the utility {name!r}; make it data of a company")


def no_machine_path(tree: Tree) -> Iterator[Fault]:
    """No path of the machine that somebody worked on."""
    for path in tree.files:
        if not path.endswith(BINARY):
            for number, line in tree.lines(path):
                if match := MACHINE_PATH.search(line):
                    yield Fault(path, number, f"a path of somebody's machine ({match[0]}...); make it relative")


def locks_without_address(tree: Tree) -> Iterator[Fault]:
    """Lock files say what and which hash, not from which index: a company installs from its own mirror."""
    for path in LOCK_FILES:
        if path not in tree.files:
            yield Fault(path, 0, "the lock file is missing; run `make lock`")
            continue
        for number, line in tree.lines(path):
            if ADDRESS.search(line):
                yield Fault(path, number, "the lock file carries an index address; run `make lock`")


CHECKS = (speaking_names, room_readmes, no_utility, no_machine_path, locks_without_address)
