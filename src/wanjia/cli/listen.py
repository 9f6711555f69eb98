"""`wanjia listen`: takes meter events from the broker and senses outages, for the distributed column."""

import signal
import sys
import threading
from pathlib import Path

import click

from wanjia import wiring
from wanjia.adapters.telemetry.intake import CLOCKS
from wanjia.cli._language import language_option
from wanjia.cli._replay_run import replay_to_broker
from wanjia.cli.sense import TABLE, table_name
from wanjia.model.faults import Refused
from wanjia.texts import fault_sentence


@click.command(name="listen")
@click.option(
    "--broker", envvar="WANJIA_BROKER_URL", default="", help="mqtt://[user:password@]host[:port], or mqtts://."
)
@click.option("--clock", type=click.Choice(CLOCKS), envvar="WANJIA_TELEMETRY_CLOCK", default=CLOCKS[0],
              show_default=True, help="What stamps arrivals: this machine, or the messages (replays).")  # fmt: skip
@click.option("--replay", type=TABLE, callback=table_name, help="Also play this event table through the broker.")
@click.option("--speed", type=click.FloatRange(0.0), default=1.0, show_default=True,
              help="With --replay: times as fast as it arrived; 0: as fast as it goes.")  # fmt: skip
@language_option
def command(broker: str, clock: str, replay: Path | None, speed: float, language: str) -> None:
    """Listen to the broker, keep what comes in the journal, and turn it into outages; until stopped.

    Without a broker, what `wanjia replay` writes into the journal is sensed. One process does this for an installation;
    a second one ends at once. On the embedded store `wanjia serve` does it by itself.

    Exit status: 0 stopped, 1 refused, 2 wrong use.
    """
    if replay is not None and not broker:
        raise click.UsageError("--replay needs --broker; without one use `wanjia replay`")
    wiring.ready()
    try:
        listening = wiring.new_listening(broker, clock)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: listening.stop())
        if replay is not None:
            arguments = (replay, broker, listening.wanted.site, speed, language)
            threading.Thread(target=replay_to_broker, args=arguments, name="wanjia-replay", daemon=True).start()
        listening.run()
    except Refused as refused:
        click.echo("\n".join(fault_sentence(fault, language) for fault in refused.faults), err=True)
        sys.exit(1)
