"""An OpenDSS circuit, already compiled by its engine and listed element by element, becomes a network.

Nodes are buses, by name; branches and meters bear the element's full name in lower case (`line.ln5815900-1`). Phases
are not told apart: a branch that is open in any phase is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wanjia.adapters.grid_files.building import LOW_VOLTAGE_KV_MAX, Branch, Building, Metered, Supplier
from wanjia.model.network import Network

PHASE_OF_NODE = {"1": "A", "2": "B", "3": "C"}
SOURCES, LOADS = ("vsource", "isource"), ("load",)
GENERATORS = ("generator", "pvsystem", "storage")
SERIES = ("line", "transformer", "autotrans", "reactor", "capacitor")
"""Classes that join buses; a reactor or capacitor with one bus is a shunt and joins none."""


@dataclass(frozen=True)
class Element:
    """An element in service: full name, buses with their phases (`671.1.2.3`), open in some phase, a switch line."""

    name: str
    buses: tuple[str, ...]
    is_open: bool = False
    is_switch: bool = False
    capacity_kva: float = float("nan")

    @property
    def kind(self) -> str:
        """The class, in lower case."""
        return self.name.split(".", 1)[0]


@dataclass(frozen=True)
class Circuit:
    """Elements; kV (line to line) by bus, 0 unknown; what controls switch: full name of the element -> branch kind."""

    elements: Sequence[Element]
    kilovolts: Mapping[str, float]
    switched: Mapping[str, str] = field(default_factory=dict)


def bus_name(terminal: str) -> str:
    """`671.1.2.3` is bus `671`."""
    return terminal.split(".", 1)[0].lower()


def decode_opendss(circuit: Circuit) -> Network:
    """The network of a circuit."""
    building = Building()
    for element in circuit.elements:
        buses = list(dict.fromkeys(bus_name(terminal) for terminal in element.buses))
        building.nodes.update(dict.fromkeys(buses))
        if element.kind in SOURCES:
            building.sources.add(buses[0])
        elif element.kind in LOADS or element.kind in GENERATORS:
            role = "customer" if element.kind in LOADS else "generation"
            building.metered.append(Metered(element.name, buses[0], role, _phase(element.buses[0])))
        elif element.kind in SERIES and len(buses) > 1:
            _join(building, circuit, element, buses)
    only_low = all(
        circuit.kilovolts.get(bus_name(element.buses[0]), 0) <= LOW_VOLTAGE_KV_MAX
        for element in circuit.elements
        if element.kind == "line"
    )
    return building.network(keep_idle_suppliers=only_low)


def _join(building: Building, circuit: Circuit, element: Element, buses: Sequence[str]) -> None:
    """A branch from the first bus to each other; a third winding's branch bears the winding's number (`-3`)."""
    volts = [circuit.kilovolts.get(bus, 0.0) for bus in buses]
    for winding, (bus, low) in enumerate(zip(buses[1:], volts[1:], strict=True), start=2):
        name = element.name if winding == 2 else f"{element.name}-{winding}"
        building.branches.append(Branch(name, buses[0], bus, _kind(circuit, element), not element.is_open))
        if element.kind == "transformer" and 0 < low <= LOW_VOLTAGE_KV_MAX < volts[0]:
            building.suppliers.append(Supplier(name, bus, element.capacity_kva, element.name.split(".", 1)[1]))


def _kind(circuit: Circuit, element: Element) -> str:
    """What protects or switches a branch decides; an open line without either is a switch all the same."""
    if element.name in circuit.switched:
        return circuit.switched[element.name]
    if element.kind in ("transformer", "autotrans"):
        return "transformer"
    return "switch" if element.is_switch or element.is_open else "line"


def _phase(terminal: str) -> str:
    nodes = [node for node in terminal.split(".")[1:] if node in PHASE_OF_NODE]
    if len(nodes) == 1:
        return PHASE_OF_NODE[nodes[0]]
    return "ABC" if len(nodes) in (0, 3) else ""
