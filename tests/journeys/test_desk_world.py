"""The small world that journeys use stands: every place is answered for and every practice opens a case."""

from tests.support.world import World
from wanjia.queries.territory.who_answers import who_answers


def test_a_place_is_answered_for_at_three_levels(world: World) -> None:
    names = [row.person for row in who_answers(119.91, 29.91, world.today)]
    assert names == ["周建国", "黄志强", "林海生"]


def test_a_repair_offers_electricians_and_a_call_reaches_the_manager(world: World) -> None:
    repair, call = world.repair(), world.call()
    assert [offer["name"] for offer in repair.state["facts"]["electricians"]] == ["赵师傅", "钱师傅"]
    assert world.task(call).holder == world.person("manager")
