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
from wanjia.cli.demo.cases import Played, play
from wanjia.cli.demo.network import Installed, make_networks
from wanjia.cli.demo.outages import Teller, tell_past
from wanjia.cli.demo.past import LAST_YEAR, THIS_YEAR, make_past
from wanjia.cli.demo.states import make_states
from wanjia.cli.demo.world import PASSWORD, make_world
from wanjia.kernels.sensing.grid import build_grid
from wanjia.model.actors import SYSTEM
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.models import Account
from wanjia.texts import say

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
        make_states(new.digest, new.network, np.random.default_rng((seed, 2)), now)
    _past(old, np.random.default_rng((seed, 3)), now, days)
    for folder in sorted(path for path in practices_folder().iterdir() if path.is_dir()):
        content = {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }
        row = install_practice(content, {}, SYSTEM, now - timedelta(days=days + 1), run_scenarios=False)
        click.echo("  " + say("demo.practice", _language(), name=row.name, version=row.version))
    played = _play(chance, cases, now, days)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA synchronous=FULL")
    _tell(played, time.monotonic() - began)


def _past(old: Installed, chance: np.random.Generator, now: datetime, days: int) -> None:
    """Outages of the last months, and of the same months of the year before: fewer now than then."""
    grid, year = build_grid(old.network), timedelta(days=365)
    span, lately = timedelta(days=days), now - timedelta(hours=QUIET_HOURS)
    past = (
        *make_past(grid, chance, now - year - span, now - year, LAST_YEAR),
        *make_past(grid, chance, now - span, lately, THIS_YEAR),
    )
    changes = 3 * len(past)
    with click.progressbar(length=changes, label="  " + say("demo.outages", _language())) as bar:
        tell_past(Teller(old.digest, old.network), past, bar.update)


def _stage(name: str) -> None:
    click.echo("  " + say(f"demo.{name}", _language()))


def _play(chance: np.random.Generator, cases: int, now: datetime, days: int) -> Played:
    with click.progressbar(length=cases, label="  " + say("demo.cases", _language())) as bar:
        return play(chance, cases, now - timedelta(days=days), now, lambda opened: bar.update(opened - bar.pos))


def _tell(played: Played, seconds: float) -> None:
    open_now = Case.objects.filter(status="running").count()
    late = Case.objects.filter(late=True).count()
    values = {
        "cases": played.opened,
        "open": open_now,
        "late": late,
        "tasks": Task.objects.count(),
        "seconds": round(seconds),
    }
    click.echo(say("demo.done", _language(), **values))
    if sum(played.stuck.values()) > played.opened * STUCK_SHARE_MAX:
        for what, count in sorted(played.stuck.items()):
            click.echo(f"  ! {count} x {what}", err=True)


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
