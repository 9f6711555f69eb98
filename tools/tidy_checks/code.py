"""Python: pure rooms without clock, chance or files; short functions and files; imports on top; nothing unfinished."""

import ast
import re
from collections.abc import Iterator

from tidy_checks.faults import Fault, Tree

PURE_ROOMS = ("src/wanjia/model", "src/wanjia/kernels", "src/wanjia/engine", "src/wanjia/practice")
CODE = ("src", "tools", "tests", "benchmarks")
FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 600
# A list that may only shrink: `<path>::<function>  reason`. An entry that is no longer needed is a fault too.
INNER_IMPORTS = "tools/tidy_allow_inner_imports.txt"

# Calls that read the clock, the machine or chance. `random.Random(seed)` and `default_rng(seed)` are data that came in.
IMPURE_NAMES = frozenset({"open", "input", "print", "exec", "eval", "__import__", "breakpoint"})
IMPURE_CALLS = re.compile(
    r"""(?x) ^(?: (?:.*\.)?(?:datetime|date)\.(?:now|today|utcnow|fromtimestamp)
    | time\.\w+ | os\.\w+(?:\.\w+)* | uuid\.uuid[14] | secrets\.\w+
    | random\.(?!Random$)\w+ | (?:np|numpy)\.random\.(?!default_rng$|Generator$|SeedSequence$|PCG64$|Philox$)\w+
    | .*\.(?:read_text|read_bytes|write_text|write_bytes|iterdir|rglob|mkdir|unlink)
    | .*Path\.(?:cwd|home) | (?:np|numpy)\.(?:load|save|loadtxt|savetxt|fromfile) )$"""
)
MODULES = frozenset({"os", "random", "secrets", "time", "uuid"})
NEEDS_SEED = re.compile(r"(?:^|\.)(?:Random|default_rng)$")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def pure_rooms(tree: Tree) -> Iterator[Fault]:
    """No clock, chance, file or environment in the pure rooms."""
    for path in tree.under(*PURE_ROOMS, suffix=".py"):
        imported = _imported(tree.module(path))
        for node in ast.walk(tree.module(path)):
            if (used := _impure(node, imported)) is not None:
                assert isinstance(node, ast.expr)
                room = path.split("/")[2]
                yield Fault(path, node.lineno, f"{used} in the pure room {room}; take it as an argument instead")


def _imported(module: ast.Module) -> set[str]:
    """The modules that this file imports whole, so that a variable called `time` is not taken for the clock."""
    whole = (node for node in ast.walk(module) if isinstance(node, ast.Import))
    return {alias.asname or alias.name.split(".")[0] for node in whole for alias in node.names}


def _impure(node: ast.AST, imported: set[str]) -> str | None:
    if isinstance(node, ast.Attribute) and _dotted(node) == "os.environ":
        return "os.environ"
    if not isinstance(node, ast.Call):
        return None
    name = _dotted(node.func)
    if name.split(".")[0] in MODULES and name.split(".")[0] not in imported:
        return None
    if NEEDS_SEED.search(name):
        return None if node.args or node.keywords else f"{name}() without a seed"
    return f"{name}()" if name in IMPURE_NAMES or IMPURE_CALLS.match(name) else None


def _dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute; a call or subscript in the way becomes `?`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return "?"


def functions(tree: Tree, *folders: str) -> Iterator[tuple[str, Function]]:
    """Every function and method below these folders, nested ones too, migrations left out."""
    for path in tree.under(*folders, suffix=".py"):
        if "/migrations/" not in path:
            for node in ast.walk(tree.module(path)):
                if isinstance(node, Function):
                    yield path, node


def _length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def function_figures(tree: Tree) -> tuple[int, float]:
    """How many functions src has, and their mean length in lines."""
    lengths = [_length(node) for _, node in functions(tree, "src")]
    return len(lengths), sum(lengths) / max(len(lengths), 1)


def lengths(tree: Tree) -> Iterator[Fault]:
    """A function fits a screen; a file has one subject."""
    for path, node in functions(tree, *CODE):
        if _length(node) > FUNCTION_LINES_MAX:
            what = f"function {node.name} has {_length(node)} lines, the limit is {FUNCTION_LINES_MAX}; divide it"
            yield Fault(path, node.lineno, what)
    for path in (*tree.under(*CODE, suffix=".py"), *tree.under("islands", suffix=".ts")):
        count = len(tree.text(path).splitlines())
        if count > FILE_LINES_MAX and "/migrations/" not in path:
            yield Fault(path, 0, f"{count} lines, the limit is {FILE_LINES_MAX}; give each subject its own file")


def imports_at_the_top(tree: Tree) -> Iterator[Fault]:
    """No import inside a function of the product, but for the listed ones; the list may only shrink.

    Tests and benchmarks start processes of their own, in which rows can be imported only once their store is ready.
    """
    allowed = {line.split()[0]: number for number, line in _entries(tree)}
    used = set()
    for path, node in functions(tree, "src", "tools"):
        inner = next((part for part in ast.walk(node) if isinstance(part, ast.Import | ast.ImportFrom)), None)
        name = f"{path}::{node.name}"
        if inner is not None and name in allowed:
            used.add(name)
        elif inner is not None:
            yield Fault(path, inner.lineno, f"import inside {node.name}; move it to the top of the file")
    for name in sorted(set(allowed) - used):
        yield Fault(INNER_IMPORTS, allowed[name], f"{name} has no inner import any more; take it off the list")


def _entries(tree: Tree) -> Iterator[tuple[int, str]]:
    if INNER_IMPORTS in tree.files:
        yield from ((n, line) for n, line in tree.lines(INNER_IMPORTS) if line.strip() and not line.startswith("#"))


def finished(tree: Tree) -> Iterator[Fault]:
    """Nothing is left for later in the code: it goes to the tracker."""
    folders = (*CODE, "practices", "islands", "deploy")
    for path in tree.under(*folders):
        if path.endswith((".py", ".ts", ".html", ".css", ".js", ".yaml", ".bpmn", ".dmn", ".sh", ".sql")):
            for number, line in tree.lines(path):
                if UNFINISHED.search(line):
                    yield Fault(
                        path, number, "unfinished work marked in the code; finish it or write it in the tracker"
                    )
    for path in tree.under("src", "tools", suffix=".py"):
        for node in ast.walk(tree.module(path)):
            if isinstance(node, ast.Name) and node.id == "NotImplementedError":
                yield Fault(path, node.lineno, "NotImplementedError; build it, or leave the method out")


CHECKS = (pure_rooms, lengths, imports_at_the_top, finished)
