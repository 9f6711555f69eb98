"""The stages of making the demo, each with its progress."""

import locale
import time
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import click
import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from wanjia.actions.cases.install_practice import install_practice
from wanjia.adapters.grid_files.keeping import FOLDER
from wanjia.cli.demo.beside import Beside, readings_beside
from wanjia.cli.demo.cases import scripts_of_cases
from wanjia.cli.demo.lines import make_lines
from wanjia.cli.demo.meters import FILE
from wanjia.cli.demo.network import make_networks
from wanjia.cli.demo.outages import Teller, tell_past
from wanjia.cli.demo.past import LAST_YEAR, THIS_YEAR, Past, instant, make_past
from wanjia.cli.demo.planning import make_planning
from wanjia.cli.demo.readings import YEAR_DAYS, treat_worst
from wanjia.cli.demo.restorations import PRACTICE, happenings
from wanjia.cli.demo.safety import make_safety
from wanjia.cli.demo.today import make_today
from wanjia.cli.demo.turns import Play, Turn, play_turns
from wanjia.cli.demo.works import make_works
from wanjia.cli.demo.world import PASSWORD, make_world
from wanjia.kernels.sensing.grid import build_grid
from wanjia.model.actors import SYSTEM
from wanjia.model.network import Network
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.models import Account
from wanjia.texts import say
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.network import active_digest

LATELY_DAYS = 21
"""Outages of these last days have restoration cases; the practice came to the company then."""
QUIET_HOURS = 6
"""Nothing of the past happens so shortly before today's outages."""
STUCK_SHARE_MAX = 0.03
"""Scenarios are told for an ordinary week; over a weekend a few take another course. More than this is a fault."""


def practices_folder() -> Path:
    """The practices that come with the product: beside the package in a checkout, inside it when installed."""
    beside = Path(__file__).resolve().parents[4] / "practices"
    return beside if beside.is_dir() else Path(str(files("wanjia"))) / "practices"


def make(home: Path, seed: int, cases: int, days: int) -> None:
    """World, network, practices, past outages, cases; on a fresh store."""
    chance = np.random.default_rng(seed)
    now = timezone.now()
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # the whole demo is made again if this is cut short
    click.echo(say("demo.begin", _language()))
    with transaction.atomic():
        make_world(chance, timezone.localdate(), now, _stage)
    _stage("network")
    with transaction.atomic():
        old, new = make_networks(home, np.random.default_rng((seed, 1)), now - timedelta(days=days + 366))
        make_lines(np.random.default_rng((seed, 6)), now - timedelta(days=days + 1))
    with readings_beside(home, seed, now) as beside:
        play = Play(chance, Teller(old.digest, old.network))
        lately = _past(play.teller, np.random.default_rng((seed, 3)), now, days)
        _practices(now, days)
        scripts = scripts_of_cases(chance, cases, now - timedelta(days=days), now)
        today = make_today(home, ActiveNetwork(new.digest, new.network), np.random.default_rng((seed, 2)), now)
        with click.progressbar(length=cases, label="  " + say("demo.cases", _language())) as bar:
            works = make_works(today.loop.grid, np.random.default_rng((seed, 4)), now)
            watched = make_safety(np.random.default_rng((seed, 8)), now)
            turns: list[Turn] = [*scripts, *happenings(play.teller, lately), *works, *watched, today]
            play_turns(play, turns, now, lambda opened: bar.update(opened - bar.pos))
        _readings(beside, now)
    _planning(new.network, seed, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA synchronous=FULL")
    _tell(play, time.monotonic() - began)


def _practices(now: datetime, days: int) -> None:
    """Those of the product, installed before the first case; that of restorations with the first that it is for."""
    for folder in sorted(path.parent for path in practices_folder().glob("*/practice.yaml")):
        content = {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }
        since = LATELY_DAYS if folder.name == PRACTICE else days + 1
        row = install_practice(content, {}, SYSTEM, now - timedelta(days=since), run_scenarios=False)
        click.echo("  " + say("demo.practice", _language(), name=row.name, version=row.version))


def _past(teller: Teller, chance: np.random.Generator, now: datetime, days: int) -> list[Past]:
    """Outages of the last months, and of the same months of the year before: fewer now than then.

    Those of the last weeks are given back: they still have to happen, with their cases.
    """
    grid, year = build_grid(teller.network), timedelta(days=365)
    span, upto = timedelta(days=days), now - timedelta(hours=QUIET_HOURS)
    before = make_past(grid, chance, now - year - span, now - year, LAST_YEAR)
    recent = make_past(grid, chance, now - span, upto, THIS_YEAR)
    since = now - timedelta(days=LATELY_DAYS)
    told = [*before, *(one for one in recent if instant(one.outage.starts_at) < since)]
    with click.progressbar(length=3 * len(told), label="  " + say("demo.outages", _language())) as bar:
        tell_past(teller, told, bar.update)
    return [one for one in recent if instant(one.outage.starts_at) >= since]


def _readings(beside: Beside, now: datetime) -> None:
    """What the pilot station's meters counted, balanced day by day; its chief has the worst district treated."""
    with click.progressbar(length=YEAR_DAYS, label="  " + say("demo.readings", _language())) as bar:
        read = beside.take_over(lambda done: bar.update(done - bar.pos))
    treated = treat_worst(now)
    click.echo("  " + say("demo.readings_done", _language(), readings=f"{read:,}", cases=treated))


def _planning(network: Network, seed: int, now: datetime) -> None:
    """Next month's works and a plan of them, solved while one waits."""
    _stage("planning")
    plan = make_planning(network, np.random.default_rng((seed, 9)), now)
    figures = plan.figures
    if figures:
        values = {name: round(figures[f"{name}district_hours"]) for name in ("", "naive_")}
        told = {"works": figures["works"], "hours": values[""], "naive": values["naive_"]}
        click.echo("  " + say("demo.planning_done", _language(), **told))


def _stage(name: str) -> None:
    click.echo("  " + say(f"demo.{name}", _language()))


def _tell(play: Play, seconds: float) -> None:
    open_now = Case.objects.filter(status="running").count()
    late = Case.objects.filter(late=True).count()
    values = {
        "cases": play.opened,
        "open": open_now,
        "late": late,
        "tasks": Task.objects.count(),
        "seconds": round(seconds),
    }
    click.echo(say("demo.done", _language(), **values))
    if sum(play.stuck.values()) > play.opened * STUCK_SHARE_MAX:
        for what, count in sorted(play.stuck.items()):
            click.echo(f"  ! {count} x {what}", err=True)


def meters_folder(home: Path) -> Path | None:
    """Where the meters that report are kept; None in a demo that was made before it had any."""
    folder = home / FOLDER / active_digest()
    return folder if (folder / FILE).exists() else None


def show_logins(address: str) -> None:
    """The table that ends `make demo`: address, one login per role, what each is good for."""
    language = _language()
    click.echo()
    click.secho(say("demo.address", language, address=address), bold=True)
    click.echo(say("demo.password", language, password=PASSWORD))
    for account in Account.objects.select_related("person").order_by("pk"):
        purpose = say(f"demo.login.{account.username}", language)
        click.echo(f"  {account.username:<20}{account.person.name:<6}\t{purpose}")
    click.echo(f"  {say('demo.card', language)}: {address}/card/demo-card/")
    click.echo()
    click.echo(say("demo.stop", language))


def _language() -> str:
    """Both kinds of reader start the demo; the terminal's locale says which."""
    return "zh-Hans" if (locale.getlocale()[0] or "").startswith(("zh", "Chinese")) else "en"
