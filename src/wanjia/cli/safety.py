"""`wanjia safety`: what safety monitors measured against the thresholds, on a plain file or into this installation."""

import signal
import sys
from pathlib import Path

import click

from wanjia import wiring
from wanjia.adapters.safety_gateway.driver import read_lines
from wanjia.cli._language import language_option
from wanjia.cli._output import finish, plain_faults, progress
from wanjia.cli._safety_alarms import Spell, plain_spell, spells
from wanjia.cli._safety_monitors import read_monitors
from wanjia.kernels.balance.safety.limits import LIMITS
from wanjia.model.faults import Fault, Refused
from wanjia.texts import fault_sentence, say

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group(name="safety")
def command() -> None:
    """Residual current, temperature and arcs of stairwells and homes: alarms for people, no command to a device."""


@command.command(name="check")
@click.argument("readings", type=FILE)
@click.option("--timezone", "zone", default="Asia/Shanghai", show_default=True, help="Zone in which editions begin.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def check(readings: Path, zone: str, language: str, as_json: bool) -> None:
    """Hold READINGS, one message of a gateway a line (JSON), against the thresholds that ship; nothing is written.

    Exit status: 0 no fault, 1 faults are listed, 2 wrong use.
    """
    progress("safety.reading", language, file=readings.name)
    faults: list[Fault] = []
    found = spells(read_lines(readings), faults, LIMITS, zone)
    result = {"spells": [plain_spell(one) for one in found], "faults": plain_faults(faults, language)}
    lines = [_line(one, language) for one in found] or [say("safety.no_spells", language)]
    finish(faults, result if as_json else None, "\n".join(lines), language)


@command.command(name="monitors")
@click.argument("table", type=FILE)
@language_option
def monitors(table: Path, language: str) -> None:
    """Enter the monitors of TABLE (.csv or .parquet) into this installation; docs/explanation/safety-sensing.md lists
    its columns. One fault, and none is entered.

    Exit status: 0 entered, 1 faults are listed, 2 wrong use.
    """
    entries, faults = read_monitors(table)
    count = 0
    if not faults:
        wiring.ready()
        wiring.migrate()
        try:
            count = wiring.safety().enter(entries)
        except Refused as refused:
            faults = list(refused.faults)
    finish(faults, None, "" if faults else say("safety.entered", language, count=count), language)


@command.command(name="read")
@click.argument("readings", type=FILE)
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def read(readings: Path, language: str, as_json: bool) -> None:
    """Take READINGS, one message of a gateway a line (JSON), into this installation, as if they came from the broker.

    Exit status: 0 taken, 1 faults are listed, 2 wrong use.
    """
    wiring.ready()
    wiring.migrate()
    taken, faults = wiring.safety().take_file(readings)
    names = ("taken", "unknown", "without_consent", "from_future")
    counts = {name: sum(getattr(one, name) for one in taken) for name in names}
    result = {"messages": len(taken), **counts, "faults": plain_faults(faults, language)}
    summary = say("safety.taken", language, messages=len(taken), **counts)
    finish(faults, result if as_json else None, summary, language)


@command.command(name="listen")
@click.option("--broker", envvar="WANJIA_BROKER_URL", required=True, help="mqtt://[user:password@]host[:port].")
@language_option
def listen(broker: str, language: str) -> None:
    """Take what gateways publish, until stopped; on the embedded store `wanjia serve` does it by itself.

    Exit status: 0 stopped, 1 refused, 2 wrong use.
    """
    wiring.ready()
    try:
        consumer = wiring.safety().new_consumer(broker)
    except Refused as refused:
        click.echo("\n".join(fault_sentence(fault, language) for fault in refused.faults), err=True)
        sys.exit(1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: consumer.stop())
    consumer.run()


def _line(one: Spell, language: str) -> str:
    values = {
        "monitor": one.monitor, "quantity": say(f"safety.kind.{one.quantity}", language), "highest": f"{one.highest:g}",
        "unit": say(f"safety.unit.{one.quantity}", language), "level": say(f"safety.level.{one.level}", language),
        "starts": one.starts_at.isoformat(timespec="minutes"),
        "ends": one.ends_at.isoformat(timespec="minutes") if one.ends_at else say("safety.still_open", language),
    }  # fmt: skip
    return say("safety.spell", language, **values)
