"""`wanjia replay`: plays an event table again, at any speed, through a broker or straight into the journal."""

from pathlib import Path

import click

from wanjia import wiring
from wanjia.cli._language import language_option
from wanjia.cli._output import finish, plain_faults, progress
from wanjia.cli._replay_run import Played, replay_to_broker, replay_to_journal
from wanjia.cli.sense import TABLE, table_name
from wanjia.model.faults import Fault, Refused, Where
from wanjia.texts import say


@click.command(name="replay")
@click.argument("events", type=TABLE, callback=table_name)
@click.option(
    "--broker", default="", help="mqtt://[user:password@]host[:port], or mqtts://; without: into the journal."
)
@click.option("--site", envvar="WANJIA_SITE", default="main", show_default=True, help="Whose topic, with --broker.")
@click.option("--speed", type=click.FloatRange(0.0), default=1.0, show_default=True,
              help="Times as fast as it arrived; 0: as fast as it goes.")  # fmt: skip
@click.option("--keep-times", is_flag=True, help="Leave all times as they are; else the first event arrives now.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(
    events: Path, broker: str, site: str, speed: float, keep_times: bool, language: str, as_json: bool
) -> None:  # fmt: skip
    """Play EVENTS, a table as `wanjia sense` reads it, as messages of a sender of its own.

    The platform takes them as it takes a meter's. At another speed than 1 it must go by the messages' own times
    (`wanjia listen --clock sent`), for its figures are in real seconds. Without --broker the messages are written into
    this installation's journal, by their own times. Rows with faults are listed and left out.

    Exit status: 0 done, 1 faults are listed or not everything was confirmed, 2 wrong use.
    """
    progress("sense.reading", language, file=events.name)
    shift = 0 if keep_times else None
    try:
        if broker:
            played = replay_to_broker(events, broker, site, speed, language, shift)
        else:
            wiring.ready()
            played = replay_to_journal(events, speed, language, shift)
    except Refused as refused:
        played = Played(0, 0, 0, 0.0, refused.faults)
    faults = list(played.faults)
    if played.unconfirmed_messages:
        faults.append(Fault("telemetry.unconfirmed", Where(), {"count": played.unconfirmed_messages}))
    counts = {"rows": played.rows, "events": played.events, "seconds": round(played.seconds, 3)}
    result = {**counts, "unconfirmed_messages": played.unconfirmed_messages, "faults": plain_faults(faults, language)}
    finish(
        faults, result if as_json else None, say("telemetry.replayed", language, file=events.name, **counts), language
    )
