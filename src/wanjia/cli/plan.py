"""`wanjia plan`: a list of works becomes a plan within a given time."""

from collections.abc import Callable
from pathlib import Path

import click

from wanjia.cli._language import language_option
from wanjia.cli._plan_asked import Asked
from wanjia.cli._plan_roadef import plan_roadef

FORMATS: dict[str, Callable[[Asked], None]] = {"roadef2020": plan_roadef}
"""What reads, plans and tells each format."""


@click.command(name="plan")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--format", "file_format", type=click.Choice(sorted(FORMATS)), required=True, help="What FILE is.")
@click.option("--seconds", type=click.FloatRange(min=0.1, max=86_400), default=60, show_default=True,
              help="Stop after this time with the best plan so far; reading FILE counts.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), default=1, show_default=True,
              help="The same seed takes the same steps; the time only cuts them short.")  # fmt: skip
@click.option("-o", "out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the plan.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(
    file: Path, file_format: str, seconds: float, seed: int, out: Path | None, language: str, as_json: bool
) -> None:
    """Plan the works in FILE and say how far the plan is from the best possible.

    With `--format roadef2020` FILE is an instance of the ROADEF/EURO challenge 2020, and OUT gets a line
    `NAME start_time` for each intervention.

    Exit status: 0 done, 1 faults are listed or there is no plan, 2 wrong use.
    """
    FORMATS[file_format](Asked(file, seconds, seed, out, language, as_json))
