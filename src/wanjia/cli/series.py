"""`wanjia series`: the measurement store, and readings as plain tables."""

import click

from wanjia.cli._series_check import check_command


@click.group(name="series")
def command() -> None:
    """Readings of meters: check them."""


for member in (check_command,):
    command.add_command(member)
