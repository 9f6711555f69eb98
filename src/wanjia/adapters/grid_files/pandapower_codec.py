"""A pandapower (or SimBench) grid becomes a network: its tables as plain rows in, no pandapower needed here.

Buses are nodes; lines, transformers and bus-bus switches branches. A switch between a bus and a line or transformer is
a branch of its own, to a node that is added between (`switch-7-line-3`). What is out of service is left out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wanjia.adapters.grid_files.building import LOW_VOLTAGE_KV_MAX, Branch, Building, Metered, Supplier
from wanjia.model.network import Network

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
"""By table, its rows; `index` is the row's own number."""

ELEMENT_TABLES = {"l": "line", "t": "trafo", "t3": "trafo3w"}
"""Tables by pandapower's code of what a switch stands at."""
BREAKER = "CB"
CABLE = "cs"
LOADS = ("load", "asymmetric_load", "motor")
GENERATORS = ("sgen", "asymmetric_sgen")


def decode_pandapower(tables: Tables) -> Network:
    """The network of a grid's tables."""
    grid = _Grid(tables)
    grid.buses()
    grid.switches_between_buses()
    grid.lines()
    grid.transformers()
    grid.transformers_of_three()
    grid.meters()
    return grid.building.network(keep_idle_suppliers=grid.is_low_voltage_only())


@dataclass
class _Grid:
    tables: Tables
    building: Building = field(default_factory=Building)

    def __post_init__(self) -> None:
        self.volts = {row["index"]: row["vn_kv"] for row in self._rows("bus")}
        self.at_element: dict[tuple[str, int, int], list[Row]] = {}
        for row in self.tables.get("switch", ()):
            if row["et"] in ELEMENT_TABLES:
                key = (ELEMENT_TABLES[row["et"]], row["element"], row["bus"])
                self.at_element.setdefault(key, []).append(row)

    def _rows(self, table: str) -> list[Row]:
        """What is in service."""
        return [row for row in self.tables.get(table, ()) if row.get("in_service", True)]

    def _has(self, *buses: int) -> bool:
        return all(bus in self.volts for bus in buses)

    def buses(self) -> None:
        for row in self._rows("bus"):
            name = f"bus-{row['index']}"
            self.building.nodes[name] = None
            if position := _position(row.get("geo")):
                self.building.positions[name] = position
        slack = [row for row in self._rows("gen") if row.get("slack")]
        for row in [*self._rows("ext_grid"), *slack]:
            if self._has(row["bus"]):
                self.building.sources.add(f"bus-{row['bus']}")

    def switches_between_buses(self) -> None:
        for row in self.tables.get("switch", ()):
            if row["et"] == "b" and self._has(row["bus"], row["element"]):
                ends = f"bus-{row['bus']}", f"bus-{row['element']}"
                self.building.branches.append(Branch(f"switch-{row['index']}", *ends, _kind(row), bool(row["closed"])))

    def _end(self, table: str, element: int, bus: int) -> str:
        """The node at which an element begins: the bus, or beyond the switches that stand there, one after another."""
        node = f"bus-{bus}"
        for row in self.at_element.get((table, element, bus), ()):
            name = f"switch-{row['index']}"
            between = f"{name}-{table}-{element}"
            self.building.nodes[between] = None
            self.building.branches.append(Branch(name, node, between, _kind(row), bool(row["closed"])))
            node = between
        return node

    def lines(self) -> None:
        for table in ("line", "impedance", "tcsc"):
            for row in self._rows(table):
                if self._has(row["from_bus"], row["to_bus"]):
                    one, other = (self._end(table, row["index"], row[side]) for side in ("from_bus", "to_bus"))
                    kind = "cable" if row.get("type") == CABLE else "line"
                    self.building.branches.append(Branch(f"{table}-{row['index']}", one, other, kind))

    def transformers(self) -> None:
        for row in self._rows("trafo"):
            if not self._has(row["hv_bus"], row["lv_bus"]):
                continue
            name = f"trafo-{row['index']}"
            high, low = (self._end("trafo", row["index"], row[side]) for side in ("hv_bus", "lv_bus"))
            self.building.branches.append(Branch(name, high, low, "transformer"))
            if self._is_distribution(row["hv_bus"], row["lv_bus"]):
                shown = str(row.get("name") or name)
                capacity = float(row.get("sn_mva", "nan")) * 1000 * float(row.get("parallel") or 1)
                self.building.suppliers.append(Supplier(name, f"bus-{row['lv_bus']}", capacity, shown))

    def _is_distribution(self, high: int, low: int) -> bool:
        return bool(self.volts[low] <= LOW_VOLTAGE_KV_MAX < self.volts[high])

    def transformers_of_three(self) -> None:
        """Three windings meet in a node of their own; `trafo3w-1-hv` and its kin are the branches."""
        for row in self._rows("trafo3w"):
            if not self._has(row["hv_bus"], row["mv_bus"], row["lv_bus"]):
                continue
            name = f"trafo3w-{row['index']}"
            self.building.nodes[name] = None
            for side in ("hv", "mv", "lv"):
                end = self._end("trafo3w", row["index"], row[f"{side}_bus"])
                self.building.branches.append(Branch(f"{name}-{side}", name, end, "transformer"))

    def meters(self) -> None:
        for tables, role in ((LOADS, "customer"), (GENERATORS, "generation")):
            for table in tables:
                for row in self._rows(table):
                    if self._has(row["bus"]):
                        name = f"{table}-{row['index']}"
                        self.building.metered.append(Metered(name, f"bus-{row['bus']}", role, _phase(table)))

    def is_low_voltage_only(self) -> bool:
        """No line above low voltage: every transformer is then the head of a district."""
        lines = self._rows("line")
        return all(self.volts.get(row["from_bus"], 0) <= LOW_VOLTAGE_KV_MAX for row in lines)


def _kind(row: Row) -> str:
    return "breaker" if row.get("type") == BREAKER else "switch"


def _phase(table: str) -> str:
    """Symmetric elements are on all phases; which of them an asymmetric one uses is a matter of its load."""
    return "" if table.startswith("asymmetric") else "ABC"


def _position(geo: Any) -> tuple[float, float] | None:
    """Longitude and latitude of pandapower's GeoJSON text, where they can be degrees."""
    if not isinstance(geo, str) or not geo:
        return None
    try:
        longitude, latitude = json.loads(geo)["coordinates"][:2]
    except (ValueError, KeyError, TypeError):
        return None
    inside = abs(longitude) <= 180 and abs(latitude) <= 90
    return (float(longitude), float(latitude)) if inside else None
