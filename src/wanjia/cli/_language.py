"""In which language a command speaks: the one asked for, else that of the shell."""

import os
from collections.abc import Mapping

import click

from wanjia.texts import LANGUAGES


def language_of(environment: Mapping[str, str]) -> str:
    """zh-Hans where the shell speaks Chinese, else en; the first of these that is set decides, as POSIX says."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh-Hans" if named.lower().startswith("zh") else "en"


def _spoken(_: click.Context, __: click.Parameter, asked: str | None) -> str:
    return asked or language_of(os.environ)


language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    callback=_spoken,
    help="Language of the output (default: the shell's).",
)
"""`--language`; the command is given a language, never None."""
