"""Compiles a letter to PDF/A in memory."""

import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import typst

from wanjia.adapters.letters.codec import FONTS
from wanjia.model.faults import Fault, Refused

FONT_PACKAGE = "mplfonts"


def compile_pdf(source: str, issued_at_seconds: int) -> bytes:
    """The PDF of a source that `codec.source` wrote. Raises Refused on a machine without a Chinese typeface.

    PDF/A-2b is what archives take: everything that is needed to show the page is inside the file.
    """
    folders = font_folders()
    if not chinese_fonts(folders):
        raise Refused([Fault("letter.no_font", values={"package": FONT_PACKAGE})])
    return typst.compile(
        source.encode(), format="pdf", pdf_standards=["a-2b"], font_paths=fonts(folders), timestamp=issued_at_seconds
    )


def chinese_fonts(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Those of FONTS that are in these folders or on the system."""
    found = set(fonts(folders).families())
    return tuple(name for name in FONTS if name in found)


@lru_cache(maxsize=2)
def fonts(folders: tuple[str, ...]) -> typst.Fonts:
    """The typefaces of the system and of these folders, looked through once."""
    return typst.Fonts(True, True, list(folders))


def font_folders() -> tuple[str, ...]:
    """Folders with typefaces beside the system's: the one the company names, and the font package's if it is there."""
    named = os.environ.get("WANJIA_FONTS", "")
    package = find_spec(FONT_PACKAGE)
    packaged = Path(package.origin).parent / "fonts" if package and package.origin else None
    return tuple(str(folder) for folder in (Path(named) if named else None, packaged) if folder and folder.is_dir())
