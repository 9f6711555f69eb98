"""The `wanjia` command: one group, one file per subcommand group, found by name so that adding one changes no list."""

from importlib import import_module
from pkgutil import iter_modules

import click

import wanjia.cli


class Commands(click.Group):
    """Loads `wanjia.cli.<name>` and takes its attribute `command` only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every module of this package that is not this one and not marked private."""
        names = [module.name for module in iter_modules(wanjia.cli.__path__)]
        return sorted(name.replace("_", "-") for name in names if name != "main" and not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The click command of one module; unknown names fall through to click's hint."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"wanjia.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command


@click.command(cls=Commands)
@click.version_option(package_name="wanjia")
def main() -> None:
    """Wanjia (万家): every place has a name, every request a clock, every figure its rows."""
