"""What simulations in this process share: the small world."""

from tests.support.world import world, world_rows

__all__ = ["world", "world_rows"]
