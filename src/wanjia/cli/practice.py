"""`wanjia practice`: make, check, try, simulate, install and list practices."""

import click

from wanjia.cli._practice_check import check_command


@click.group(name="practice")
def command() -> None:
    """A practice (做法) is a folder of data: process, forms, clocks, decisions, texts, scenarios."""


command.add_command(check_command)
