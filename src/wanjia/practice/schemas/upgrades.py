"""upgrades.yaml: where the open tasks of running cases go when a new version is installed."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas.shapes import by_name, closed, name, rows, version

SCHEMA: Facts = closed({"upgrades": rows(closed({"from": version, "steps": by_name(name)}, "from"))}, "upgrades")
