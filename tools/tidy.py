"""`python tools/tidy.py`: what the house asks for and linters and import contracts cannot see; all faults at once."""

import sys
from pathlib import Path

from tidy_checks import code, docs, texts, tree
from tidy_checks.faults import Fault, Tree

CHECKS = (*code.CHECKS, *tree.CHECKS, *texts.CHECKS, *docs.CHECKS)


def all_faults(root: Path) -> list[Fault]:
    """Every fault of every check in the repository at `root`, in the order of files and lines."""
    house = Tree(root)
    return sorted(fault for check in CHECKS for fault in check(house))


def main() -> int:
    """Print the faults, then one line of figures; 1 when there was a fault."""
    root = Path(__file__).resolve().parent.parent
    faults = all_faults(root)
    for fault in faults:
        print(fault)
    count, mean = code.function_figures(Tree(root))
    print(f"{len(faults)} faults; {count} functions in src, {mean:.1f} lines each on average")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
