"""The administrator sees what begins by itself, when next, and switches it off and on."""

import pytest

from tests.support.recurring import monthly
from tests.support.world import World
from wanjia.actions.cases.install_practice import install_practice
from wanjia.model.actors import SYSTEM

PAGE = "/admin/practices/meter_test/"


@pytest.mark.parametrize(("language", "off"), [("zh-Hans", "已停用"), ("en", "Switched off")])
def test_the_page_of_a_practice_tells_and_switches(world: World, language: str, off: str) -> None:
    install_practice(monthly(), {}, SYSTEM, world.now, run_scenarios=False)
    admin = world.client("admin", language)
    page = admin.get(PAGE).content.decode()
    assert 'id="recurring"' in page and off not in page
    assert admin.post(f"{PAGE}recurring/", {"on": "0"}).status_code == 302
    assert off in admin.get(PAGE).content.decode()
    editor = world.client("editor", language)
    assert editor.post(f"{PAGE}recurring/", {"on": "1"}).status_code == 302
    assert off not in editor.get(PAGE).content.decode()
    assert world.client("manager").post(f"{PAGE}recurring/", {"on": "0"}).status_code == 403
    assert 'id="recurring"' not in admin.get("/admin/practices/contact_card/").content.decode()
