"""How commands on plain files answer: progress and faults on standard error, one object or a sentence, exit status."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from wanjia.model.faults import Fault
from wanjia.texts import fault_sentence, say

FOLDER = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)
FAULTS_FOUND = 1
"""Exit status: it ran, and the input's faults are listed."""


def progress(key: str, language: str, **values: object) -> None:
    """One line on standard error, for whoever sits before a terminal."""
    if sys.stderr.isatty():
        click.echo(say(key, language, **values), err=True)


def finish(faults: Sequence[Fault], result: Mapping[str, Any] | None, summary: str, language: str) -> None:
    """Prints the faults, then the result as JSON or else the summary; ends with 1 when there was any fault."""
    if faults:
        click.echo("\n".join(fault_sentence(fault, language) for fault in faults), err=True)
    if result is not None:
        click.echo(json.dumps(result, ensure_ascii=False))
    elif summary:
        click.echo(summary)
    sys.exit(FAULTS_FOUND if faults else 0)


def plain_faults(faults: Sequence[Fault], language: str) -> list[dict[str, Any]]:
    """Faults as JSON, with the words of standard error."""
    return [
        {
            "code": fault.code,
            "file": fault.where.file,
            "row": fault.where.line or None,
            "column": fault.where.column or None,
            "message": say(fault.code, language, **dict(fault.values)),
        }
        for fault in faults
    ]
