"""`wanjia demo`: the demo prefecture on the embedded store, ready to be used."""

import os
from importlib import import_module
from pathlib import Path

import click

from wanjia import wiring
from wanjia.cli.serve import run_server

SEED = 20_261_122
CASE_COUNT = 1_500
DAYS = 122
"""About four months of cases before today."""


@click.command()
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--home", default="var/demo", show_default=True, type=click.Path(path_type=Path), help="Where it is kept."
)
@click.option("--cases", default=CASE_COUNT, show_default=True, help="Cases to play.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed gives the same prefecture.")
@click.option("--rebuild", is_flag=True, help="Throw the demo away and make it again.")
@click.option("--no-serve", is_flag=True, help="Only make it.")
def command(port: int, host: str, home: Path, cases: int, seed: int, rebuild: bool, no_serve: bool) -> None:
    """Make the demo prefecture if it is not there yet, print who to log in as, and serve it until stopped."""
    os.environ["WANJIA_DEMO"] = "1"
    ready = home / "ready"
    if rebuild or not ready.exists():
        for old in (*home.glob("wanjia.sqlite3*"), ready):
            old.unlink(missing_ok=True)
    wiring.embedded(home)
    wiring.migrate()
    making = import_module("wanjia.cli.demo.making")
    if not ready.exists():
        making.make(home, seed, cases, DAYS)
        ready.touch()
    making.show_logins(f"http://{host}:{port}")
    if not no_serve:
        run_server(host, port, 1)
