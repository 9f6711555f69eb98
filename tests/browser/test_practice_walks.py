"""Every practice, walked once through its own users' screens: one test, whatever lies in practices/.

The scenario that is walked says who does what when; the pages, forms and letters are the practice's own.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.support.chromium import SCREENSHOTS
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.practice_walks.story import stars_of, story_of
from tests.support.practice_walks.walk import Come, Walk, plain
from tests.support.visitor import Visitor, visitor
from tests.support.world import HOME, PRACTICES
from wanjia.practice.nouns import Practice
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import PracticeVersion

pytestmark = [needs("chromium"), needs("node")]
NAMES = sorted(path.name for path in PRACTICES.iterdir() if path.is_dir())
WALKS = [pytest.param(name, marks=pytest.mark.heavy if at else ()) for at, name in enumerate(NAMES)]
"""One walk is taken in the short run: each is many seconds of a whole browser. CI and --heavy take all."""
MONTHS_SIGNED_IN = 400 * 24 * 3600
"""A story lasts months; signing in each morning is not what is tested here."""

NOT_WALKED: dict[str, str] = {}
"""Practice -> which page is missing. Empty when every practice can be walked."""


@pytest.fixture
def come(request: pytest.FixtureRequest, site: LiveSite, browser: Browser, settings: object) -> Iterator[Come]:
    """Somebody with a browser of their own; at the end no page may have misbehaved."""
    settings.SESSION_COOKIE_AGE = MONTHS_SIGNED_IN  # type: ignore[attr-defined]
    pictures = SCREENSHOTS / "walks" / request.node.callspec.params["name"]
    shutil.rmtree(pictures, ignore_errors=True)
    came: list[Visitor] = []

    def arrives(name: str, login: str, viewport: ViewportSize) -> Visitor:
        guest = visitor(
            browser, site.address, pictures, name, viewport=viewport, at=(HOME["longitude"], HOME["latitude"]),
            is_light=True,
        )  # fmt: skip
        guest.picture_scale = "css"  # many pictures, to be looked at in rows
        came.append(guest)
        if login:
            guest.come_signed_in(login)
        return guest

    try:
        yield arrives
        for guest in came:
            guest.assert_clean()
    finally:
        for guest in came:
            guest.context.close()


@pytest.mark.parametrize("name", WALKS)
def test_walk(name: str, site: LiveSite, come: Come) -> None:
    if name in NOT_WALKED:
        pytest.xfail(NOT_WALKED[name])
    practice = _installed(name)
    scenario = story_of(practice)
    walk = Walk(practice, scenario, site, come)
    walk.go()
    walk.shows_the_end()

    case, expected = walk.case, scenario.expect
    assert case.end == str(expected.get("end") or ""), (case.status, case.end, walk.world.told)
    facts = expected.get("facts")
    for fact, value in (facts if isinstance(facts, dict) else {}).items():
        if plain(value):
            assert case.state["facts"].get(fact) == walk.cast.put(value), (fact, walk.world.told)
    if stars := stars_of(practice, scenario):
        assert case.rating.stars == stars


def _installed(name: str) -> Practice:
    row = PracticeVersion.objects.get(name=name, active=True)
    return stored_practice(row.digest, row.files)
