"""What a check looks at (the repository's files, read once) and what it gives back."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LEFT_OUT = frozenset({".git", ".venv", "node_modules", "build", "var", "__pycache__"})


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: file relative to the repository, 1-based line (0: the whole file), what is wrong and what to do."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class Tree:
    """The repository at `root`: the files that git knows or would add; without git, all files but build output."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[str, str] = {}
        self._modules: dict[str, ast.Module] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths relative to the root, with `/`, sorted."""
        command = ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        if (self.root / ".git").exists():
            listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
            return tuple(sorted({path for path in listed if path and (self.root / path).is_file()}))
        found = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
        return tuple(sorted(path.as_posix() for path in found if not LEFT_OUT & set(path.parts)))

    def under(self, *folders: str, suffix: str = "") -> Iterator[str]:
        """The files below these folders (`src/wanjia`), with this ending."""
        starts = tuple(f"{folder}/" for folder in folders)
        return (path for path in self.files if path.startswith(starts) and path.endswith(suffix))

    def text(self, path: str) -> str:
        """The file's text; a file that is not UTF-8 counts as empty."""
        if path not in self._texts:
            try:
                self._texts[path] = (self.root / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                self._texts[path] = ""
        return self._texts[path]

    def lines(self, path: str) -> Iterator[tuple[int, str]]:
        """Numbered lines from 1."""
        return enumerate(self.text(path).splitlines(), start=1)

    def module(self, path: str) -> ast.Module:
        """The parsed Python file."""
        if path not in self._modules:
            self._modules[path] = ast.parse(self.text(path), filename=path)
        return self._modules[path]
