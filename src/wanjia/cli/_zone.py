"""`--timezone`: in which zone a command's days begin."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click


def _known(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    """The name of a zone that there is."""
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter(f"{name!r} is no time zone; write it like Asia/Shanghai") from error


zone_option = click.option(
    "--timezone", callback=_known, metavar="ZONE", help="Zone in which the days begin [default: UTC; a store's own]."
)
"""`--timezone`; the command is given the name of a zone that there is, None where nobody asked."""
