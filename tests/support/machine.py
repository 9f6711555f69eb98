"""Which optional parts this machine has: a test that needs a missing one is skipped, and fails when CI is set."""

import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest


def postgres_folder() -> Path | None:
    """The folder of `initdb` and `postgres`: the newest Debian one, or the one on PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def chromium_path() -> str | None:
    """Debian's Chromium, or another of the family; CHROMIUM names one explicitly.

    First the shell without windows: the same engine, which draws the same pages with half the work.
    """
    # Debian's command of that name is a script that stays in between.
    shells = ("/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell")
    names = (os.environ.get("CHROMIUM", ""), *shells, "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def _postgres_is_here() -> bool:
    return bool(os.environ.get("DATABASE_URL") or postgres_folder())


def _readers_are_here() -> bool:
    return all(find_spec(package) is not None for package in ("pandapower", "simbench", "opendssdirect"))


def _spark_is_here() -> bool:
    return find_spec("pyspark") is not None and shutil.which("java") is not None


# part: (is it here?, what to install on Debian)
PARTS: dict[str, tuple[Callable[[], bool], str]] = {
    "postgres": (_postgres_is_here, "apt-get install postgresql-15, or set DATABASE_URL"),
    "chromium": (lambda: chromium_path() is not None, "apt-get install chromium fonts-noto-cjk"),
    "node": (lambda: Path("src/wanjia/web/static/islands/manifest.json").exists(), "make islands"),
    "mosquitto": (lambda: shutil.which("mosquitto", path=with_sbin()) is not None, "apt-get install mosquitto"),
    "spark": (_spark_is_here, "apt-get install openjdk-17-jre-headless, then make spark"),
    "readers": (_readers_are_here, "make readers (other software's grids, 500 MB)"),
}


def with_sbin() -> str:
    """PATH, and where Debian puts servers."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def require(part: str) -> None:
    """Return if `part` is here; otherwise skip the running test, or fail it when CI is set."""
    is_here, remedy = PARTS[part]
    if is_here():
        return
    reason = f"needs {part}: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def needs(part: str) -> pytest.MarkDecorator:
    """`@needs("postgres")` on a test, a class or (as `pytestmark`) a module."""
    if part not in PARTS:
        raise ValueError(f"unknown part {part!r}; one of {', '.join(PARTS)}")
    return pytest.mark.needs(part)
