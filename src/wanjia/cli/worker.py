"""`wanjia worker`: a process that fires deadlines, for the distributed column."""

import signal

import click

from wanjia import wiring


@click.command()
def command() -> None:
    """Fire deadlines and do the daily work until stopped; start as many as you like."""
    wiring.ready()
    worker = wiring.new_worker()
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    signal.signal(signal.SIGINT, lambda *_: worker.stop())
    worker.run()
