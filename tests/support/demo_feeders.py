"""More feeders for the small world: enough districts with customers for the demo's network, outages and storms."""

import numpy as np

from wanjia.records.network.models import Customer, Feeder, TransformerDistrict
from wanjia.records.territory.models import Cell

FEEDERS, DISTRICTS = 6, 14
"""How many, and districts on each; the first half belongs to the cells of station 1, the others to station 2."""
CUSTOMERS = (40, 70)


def add_feeders(seed: int = 1) -> None:
    """Rows only; everything follows from the seed."""
    chance = np.random.default_rng(seed)
    cells = {station: list(Cell.objects.filter(level=3, organisation=station).order_by("code"))
             for station in ("station-1", "station-2")}  # fmt: skip
    for number in range(FEEDERS):
        feeder = Feeder.objects.create(
            code=f"F{100 + number}", name_zh=f"试验{number}线", name_en=f"Test line {number}"
        )
        station = "station-1" if number < FEEDERS // 2 else "station-2"
        for at in range(DISTRICTS):
            _district(feeder, cells[station][at % len(cells[station])], at, chance)


def _district(feeder: Feeder, cell: Cell, at: int, chance: np.random.Generator) -> None:
    customers = int(chance.integers(*CUSTOMERS))
    east, north = chance.uniform(-0.01, 0.01, 2).tolist()
    district = TransformerDistrict.objects.create(
        code=f"{feeder.code}{at:02d}", name_zh=f"{feeder.name_zh}{at}号台区", name_en=f"{feeder.name_en} No. {at}",
        feeder=feeder, organisation_id=cell.organisation_id, cell_code=cell.code, area_class="rural", capacity_kva=200,
        customers=customers, longitude=cell.longitude + east, latitude=cell.latitude + north,
    )  # fmt: skip
    priority = ("life_support", "sensitive", "ordinary", "ordinary")[at % 4]
    Customer.objects.create(
        number=f"77{TransformerDistrict.objects.count():08d}", name="陈阿土", phone=f"137{feeder.code[1:]}{at:05d}",
        address="试验村1号", district=district, longitude=district.longitude, latitude=district.latitude,
        priority=priority,
    )  # fmt: skip
