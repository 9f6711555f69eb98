"""What browser journeys share: a site of their own, and visitors whose pages are watched."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.chromium import SCREENSHOTS
from tests.support.live_site import LiveSite, live_site, make_world
from tests.support.visitor import Visitor, visitor
from tests.support.world import World

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def world_file(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> tuple[Path, World]:  # type: ignore[no-untyped-def]
    """The small world in a file, made once a session."""
    path = tmp_path_factory.mktemp("world") / "world.sqlite3"
    with django_db_blocker.unblock():
        return path, make_world(path)


@pytest.fixture
def site(world_file: tuple[Path, World], tmp_path: Path, browser: Browser, django_db_blocker) -> Iterator[LiveSite]:  # type: ignore[no-untyped-def]
    """The product, served with a copy of the world that belongs to this test."""
    with django_db_blocker.unblock(), live_site(*world_file, tmp_path) as served:
        yield served


@pytest.fixture
def visit(site: LiveSite, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """`visit("name", login="", viewport=.., locale=.., at=..)`: a visitor; at the end no page may have misbehaved."""
    pictures = SCREENSHOTS / request.node.name.removeprefix("test_")
    shutil.rmtree(pictures, ignore_errors=True)
    came: list[Visitor] = []

    def come(name: str, login: str = "", **options: object) -> Visitor:
        guest = visitor(browser, site.address, pictures, name, **options)
        came.append(guest)
        if login:
            guest.sign_in(login)
        return guest

    try:
        yield come
        for guest in came:
            guest.assert_clean()
    finally:
        for guest in came:
            guest.context.close()
