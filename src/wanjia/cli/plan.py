"""`wanjia plan`: a list of works becomes a plan within a given time, and a plan gets its price."""

from collections.abc import Callable
from pathlib import Path

import click

from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER
from wanjia.cli._plan_asked import Asked
from wanjia.cli._plan_price import price_command
from wanjia.cli._plan_roadef import plan_roadef
from wanjia.cli._plan_works import plan_works

FORMATS: dict[str, Callable[[Asked], None]] = {"roadef2020": plan_roadef, "works": plan_works}
"""What reads, plans and tells each format."""


class Plans(click.Group):
    """A group in which `wanjia plan FILE …` is `wanjia plan make FILE …`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts `make` before everything that names no subcommand."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group(name="plan", cls=Plans)
def command() -> None:
    """Plans with the least interruption: `wanjia plan FILE` is short for `wanjia plan make FILE`."""


@command.command(name="make")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--format", "file_format", type=click.Choice(sorted(FORMATS)), default="works", show_default=True,
              help="What FILE is.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=0.1, max=86_400), default=60, show_default=True,
              help="Stop after this time with the best plan so far; reading FILE counts.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), default=1, show_default=True,
              help="The same seed takes the same steps; the time only cuts them short.")  # fmt: skip
@click.option("--network", type=FOLDER,
              help="Network folder, where works leave their modes to it (default: `network` beside FILE).")  # fmt: skip
@click.option("-o", "out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the plan.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def make(
    file: Path,
    file_format: str,
    seconds: float,
    seed: int,
    network: Path | None,
    out: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Plan the works in FILE and say how far the plan is from the best possible.

    FILE is a work list as docs/reference/planning.md describes it, and OUT the plan as JSON: when each work takes
    place, in which mode, by which crews and means; what it costs, what was saved against the earliest dates, and why
    each work stands where it stands. Where nothing fits, the smallest set of demands in conflict is listed.

    With `--format roadef2020` FILE is an instance of the ROADEF/EURO challenge 2020, and OUT gets a line
    `NAME start_time` for each intervention.

    Exit status: 0 done, 1 faults are listed or there is no plan, 2 wrong use.
    """
    FORMATS[file_format](Asked(file, seconds, seed, out, language, as_json, network))


command.add_command(price_command)
