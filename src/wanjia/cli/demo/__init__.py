"""`wanjia demo`: the demo prefecture on the embedded store, ready to be used; `wanjia demo storm`: a storm over it."""

import os
import shutil
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import click

from wanjia import wiring
from wanjia.cli._language import language_option
from wanjia.cli.demo.broker import noted_broker, running_broker
from wanjia.cli.demo.pulse import running_pulse
from wanjia.cli.serve import run_server
from wanjia.model.faults import Refused
from wanjia.texts import fault_sentence

SEED = 20_261_122
CASE_COUNT = 1_000
DAYS = 122
"""About four months of cases before today."""
MADE_FILES, MADE_FOLDERS = ("wanjia.sqlite3*", "ready"), ("network", "telemetry", "outbox", "series", "beside")
"""What is thrown away before the demo is made again."""
ADDRESS = "address"
"""File in the demo's folder that says where it was served last."""
STORM_SEED = 32
"""In the demo as it comes, some of this storm's outages are for the logins `dispatch` and `chief` to restore."""
MINUTES, MINUTES_MIN, OUTAGES, OUTAGES_MAX, SPEED_MAX = 12.0, 4.0, 8, 40, 4.0
"""A storm is long enough for outages to count as sustained, and not faster than the sensor's own waiting allows."""
HOME = click.option(
    "--home", default="var/demo", show_default=True, type=click.Path(path_type=Path), help="Where it is kept."
)


@click.group(invoke_without_command=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@HOME
@click.option("--cases", default=CASE_COUNT, show_default=True, help="Cases to play.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed gives the same prefecture.")
@click.option("--rebuild", is_flag=True, help="Throw the demo away and make it again.")
@click.option("--no-serve", is_flag=True, help="Only make it.")
@click.option("--no-meters", is_flag=True, help="Let no meters report while it is served.")
@click.pass_context
def command(
    context: click.Context, port: int, host: str, home: Path, cases: int, seed: int, rebuild: bool, no_serve: bool,
    no_meters: bool,
) -> None:  # fmt: skip
    """Make the demo prefecture if it is not there yet, print who to log in as, and serve it until stopped.

    Where the machine has mosquitto, its two million meters report through it every 15 minutes while it is served.
    """
    if context.invoked_subcommand:
        return
    os.environ["WANJIA_DEMO"] = "1"
    if rebuild or not (home / "ready").exists():
        _clear(home)
    wiring.embedded(home)
    wiring.migrate()
    making = import_module("wanjia.cli.demo.making")
    if not (home / "ready").exists():
        making.make(home, seed, cases, DAYS)
        (home / "ready").touch()
    address = f"http://{host}:{port}"
    making.show_logins(address)
    if not no_serve:
        (home / ADDRESS).write_text(address)
        _serve(host, port, home, making.meters_folder(home), no_meters)


def _clear(home: Path) -> None:
    for pattern in MADE_FILES:
        for old in home.glob(pattern):
            old.unlink(missing_ok=True)
    for name in MADE_FOLDERS:
        shutil.rmtree(home / name, ignore_errors=True)


def _serve(host: str, port: int, home: Path, meters: Path | None, no_meters: bool) -> None:
    """With a broker and its meters, where the machine has one and no other is named."""
    with ExitStack() as running:
        if not os.environ.get("WANJIA_BROKER_URL") and meters is not None and not no_meters:
            broker = running.enter_context(running_broker(home))
            if broker:
                os.environ["WANJIA_BROKER_URL"] = broker
                running.enter_context(running_pulse(home, meters, broker))
        running.enter_context(import_module("wanjia.cli.demo.stairwells").reporting_stairwells())
        run_server(host, port, 1)


@command.command(name="storm")
@HOME
@click.option("--minutes", type=click.FloatRange(MINUTES_MIN, 120), default=MINUTES, show_default=True,
              help="How long the storm lasts.")  # fmt: skip
@click.option("--speed", type=click.FloatRange(0.5, SPEED_MAX), default=1.0, show_default=True,
              help="Times as fast; its outages are then that much shorter.")  # fmt: skip
@click.option("--outages", type=click.IntRange(1, OUTAGES_MAX), default=OUTAGES, show_default=True,
              help="How many devices open.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=STORM_SEED, show_default=True,
              help="Same seed, same storm.")  # fmt: skip
@click.option("--county", default="", help="Code of the county company (default: that of the login manager).")
@click.option("--silent", type=click.FloatRange(0.0, 1.0), default=0.0, show_default=True,
              help="Share of outages with which concentrators fall silent too.")  # fmt: skip
@click.option("--broker", default="", envvar="WANJIA_BROKER_URL",
              help="mqtt://host[:port]; default: the demo's own broker, else straight into the journal.")  # fmt: skip
@language_option
def storm(
    home: Path, minutes: float, speed: float, outages: int, seed: int, county: str, silent: float, broker: str,
    language: str,
) -> None:  # fmt: skip
    """Play a storm over one county, live, while `wanjia demo` serves in another terminal.

    Prints where to look, what opens and what is sensed, and at the end what was sensed against what was true.

    Exit status: 0 played, 1 refused.
    """
    os.environ["WANJIA_DEMO"] = "1"
    wiring.embedded(home)
    storms = import_module("wanjia.cli.demo.storm")
    note = home / ADDRESS
    address = note.read_text() if note.exists() else "http://127.0.0.1:8000"
    wanted = storms.Wanted(home, minutes, speed, outages, seed, county, silent, broker or noted_broker(home), language)
    try:
        storms.tell_verdict(storms.play_storm(wanted, address), language)
    except Refused as refused:
        click.echo("\n".join(fault_sentence(fault, language) for fault in refused.faults), err=True)
        sys.exit(1)
