"""`wanjia reliability`: the indices of a table of interruptions."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import numpy as np

from wanjia.adapters.grid_files.folder import read_network
from wanjia.adapters.tables import TABLE_ENDINGS
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, plain_faults, progress
from wanjia.cli._reliability_report import TIMES, Question, report
from wanjia.cli._reliability_table import Asked, read_interruptions
from wanjia.kernels.reliability.nouns import MOMENTARY_MINUTES_IEEE, Period, Served
from wanjia.model.network import Network, customers_by_district
from wanjia.texts import say


def _table(_: click.Context, __: click.Parameter, path: Path) -> Path:
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise click.BadParameter(f"the name {path.name} must end in {' or '.join(TABLE_ENDINGS)}")
    return path


def _zone(_: click.Context, __: click.Parameter, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter(f"there is no time zone {name}; write one like Asia/Shanghai") from error


def _moment(_: click.Context, __: click.Parameter, value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value} is no day or instant; write one like 2025-01-01") from error


@click.command(name="reliability")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path), callback=_table)
@click.option("--customers", type=click.IntRange(min=1), help="Users served: households or, if so asked, districts.")
@click.option("--from", "begin", required=True, callback=_moment, help="First day (or instant) of the period.")
@click.option("--to", "end", required=True, callback=_moment, help="Day (or instant) at which it ends, not included.")
@click.option("--users", type=click.Choice(["households", "districts"]), default="households", show_default=True,
              help="Who is counted; as districts each id in district_ids is one user.")  # fmt: skip
@click.option("--timezone", "zone", default="UTC", show_default=True, callback=_zone, help="Zone in which days begin.")
@click.option("--momentary-minutes", type=click.FloatRange(min=0), default=MOMENTARY_MINUTES_IEEE, show_default=True,
              help="Up to this an interruption is momentary (DL/T 836: 3).")  # fmt: skip
@click.option("--distinct", type=click.IntRange(min=0), help="Different users hit, where they were counted elsewhere.")
@click.option("--load-kva", type=click.FloatRange(min=0, min_open=True), help="Connected kVA, for ASIFI and ASIDI.")
@click.option("--network", type=FOLDER, help="Network folder: customers and kVA of the districts.")
@click.option("--by", "groups", multiple=True, metavar="COLUMN", help="Also by a column, or month, quarter, year.")
@click.option("--year-on-year", "compared", multiple=True, metavar="COLUMN", help="Faults by year and by a column.")
@click.option("--cemi", multiple=True, type=click.IntRange(min=1), default=(3,), show_default=True,
              help="Share of users with this many interruptions or more.")  # fmt: skip
@click.option("--celid-hours", multiple=True, type=click.FloatRange(min=0), default=(8.0,), show_default=True,
              help="Share of users without supply for this long or longer.")  # fmt: skip
@click.option("--outages", "with_rows", is_flag=True, help="Also the outage ids behind the figures.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(table: Path, **options: Any) -> None:
    """Indices of IEEE 1366 and DL/T 836 over the interruptions in TABLE that began in a period.

    TABLE (.csv or .parquet) has the columns starts_at, ends_at (empty: still open) and customers, and may have
    outage_id, district_ids, cause, planned, external, shortage, momentary, load_kva and others. Rows before the period
    set the threshold of major event days. Rows with faults are listed and left out.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    tongue = options["language"]
    progress("reliability.reading", tongue, file=table.name)
    period = _period(options["begin"], options["end"], options["zone"])
    network, unread = _network(options["network"])
    served = _served(network, options)
    labels = [*(name for name in options["groups"] if name not in TIMES), *options["compared"]]
    read = read_interruptions(table, Asked(options["users"], served.users, period.ends_at, network), labels)
    faults = [*unread, *read.faults]
    if read.found is None:
        finish(faults, None, "", tongue)
        return
    asked = Question(
        options["users"], served, period, options["momentary_minutes"], options["groups"], options["compared"],
        options["cemi"], options["celid_hours"], options["with_rows"],
    )  # fmt: skip
    answer = report(read.found, read.labels, asked)
    plain = {**answer, "faults": plain_faults(faults, tongue)} if options["as_json"] else None
    finish(faults, plain, _summary(answer, tongue), tongue)


def _period(begin: datetime, end: datetime, zone: ZoneInfo) -> Period:
    """Days begin at midnight in the zone; an instant with an offset is what it says."""
    first, last = (at if at.tzinfo else at.replace(tzinfo=zone) for at in (begin, end))
    if last.timestamp() <= first.timestamp():
        raise click.UsageError("--to must be after --from; the day of --to is not included")
    return Period(first.astimezone(UTC), last.astimezone(UTC), zone)


def _network(folder: Path | None) -> tuple[Network | None, list[Any]]:
    if folder is None:
        return None, []
    read = read_network(folder)
    return read.network, list(read.faults)


def _served(network: Network | None, options: dict[str, Any]) -> Served:
    """Users and kVA, as given or as the network counts them."""
    users, load = options["customers"], options["load_kva"]
    if users is None and network is None:
        raise click.UsageError("how many users are served? Give --customers or --network")
    if network is not None:
        districts = len(network.districts.ids)
        counted = districts if options["users"] == "districts" else int(customers_by_district(network).sum())
        capacity = float(np.nansum(network.districts.capacity_kva))
        users, load = users or counted, load or capacity or None
    if not users:
        raise click.UsageError("the network has no users; give --customers")
    return Served(users, load, options["distinct"])


def _summary(answer: dict[str, Any], language: str) -> str:
    """The figures for people; a dash where the table does not tell."""

    def shown(name: str, digits: int) -> str:
        return "-" if answer[name] is None else f"{answer[name]:.{digits}f}"

    major = answer["major_event_days"]
    return say(
        "reliability.summary",
        language,
        users=say(f"reliability.users.{answer['users']}", language),
        served=answer["customers"],
        interruptions=answer["interruptions"],
        saifi=shown("saifi", 4),
        saidi=shown("saidi_minutes", 2),
        caidi=shown("caidi_minutes", 2),
        ctaidi=shown("ctaidi_minutes", 2),
        caifi=shown("caifi", 3),
        asai="-" if answer["asai"] is None else f"{100 * answer['asai']:.4f} %",
        maifi=shown("maifi", 4),
        major="-" if major is None else len(major),
        outside=answer["rows_outside_period"],
    )
