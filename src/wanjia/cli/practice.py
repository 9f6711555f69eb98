"""`wanjia practice`: make, check, try, simulate, install, list, export and import practices."""

import click

from wanjia.cli._practice_archive import export_command, import_command
from wanjia.cli._practice_check import check_command
from wanjia.cli._practice_install import install_command
from wanjia.cli._practice_list import list_command
from wanjia.cli._practice_new import new_command
from wanjia.cli._practice_simulate import simulate_command
from wanjia.cli._practice_try import try_command


@click.group(name="practice")
def command() -> None:
    """A practice (做法) is a folder of data: process, forms, clocks, decisions, texts, scenarios."""


for member in (
    new_command, check_command, try_command, simulate_command, install_command, list_command, export_command,
    import_command,
):  # fmt: skip
    command.add_command(member)
