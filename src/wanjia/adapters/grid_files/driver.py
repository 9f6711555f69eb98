"""Opens grids and circuits with their own software, which is optional: each is imported when it is asked for."""

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from wanjia.adapters.grid_files.opendss_codec import Circuit, Element, decode_opendss
from wanjia.adapters.grid_files.pandapower_codec import decode_pandapower
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import Network

PANDAPOWER, SIMBENCH = "pandapower:", "simbench:"
CONTROLS = {"Fuses": "fuse", "Reclosers": "breaker", "Relays": "breaker", "SwtControls": "switch"}
"""OpenDSS interfaces of what switches other elements, and the kind of branch that such an element is."""


def read_grid(source: str) -> Network:
    """The network of `pandapower:NAME`, `simbench:CODE`, a pandapower .json or an OpenDSS .dss. Raises Refused."""
    if source.startswith(PANDAPOWER):
        return decode_pandapower(_tables(_shipped(source.removeprefix(PANDAPOWER))))
    if source.startswith(SIMBENCH):
        return decode_pandapower(_tables(_simbench(source.removeprefix(SIMBENCH))))
    path = Path(source)
    if path.suffix.lower() not in (".json", ".dss"):
        raise Refused([Fault("network.source_unknown", Where(source), {})])
    if not path.is_file():
        raise Refused([Fault("network.source_missing", Where(source), {})])
    return _opendss(path) if path.suffix.lower() == ".dss" else decode_pandapower(_tables(_from_json(path)))


def _needed(module: str, package: str) -> Any:
    """An optional package. Raises Refused with what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        raise Refused([Fault("network.reader_missing", Where(), {"package": package})]) from error


def _shipped(name: str) -> Any:
    networks = _needed("pandapower.networks", "pandapower")
    known = [key for key in dir(networks) if not key.startswith("_") and callable(getattr(networks, key))]
    if name not in known:
        raise Refused([_unknown(name, known)])
    try:
        return _grid_of(getattr(networks, name)())
    except TypeError as error:
        raise Refused([_unknown(name, known)]) from error


def _grid_of(made: Any) -> Any:
    """Some makers answer with the grid and more beside it."""
    return made[0] if isinstance(made, tuple) else made


def _simbench(code: str) -> Any:
    simbench = _needed("simbench", "simbench")
    known = simbench.collect_all_simbench_codes()
    if code not in known:
        raise Refused([_unknown(code, known)])
    return simbench.get_simbench_net(code)


def _unknown(name: str, known: Sequence[str]) -> Fault:
    near = ", ".join(get_close_matches(name, known, n=3)) or "-"
    return Fault("network.grid_unknown", Where(), {"name": name, "like": near})


def _from_json(path: Path) -> Any:
    pandapower = _needed("pandapower", "pandapower")
    try:
        found = pandapower.from_json(str(path))
    except Exception as error:  # whatever the reader of a foreign format raises, the file is at fault
        raise Refused([_unreadable(path, error)]) from error
    if not hasattr(found, "bus"):
        raise Refused([Fault("network.source_unreadable", Where(path.name), {"reason": "no pandapower grid"})])
    return found


def _unreadable(path: Path, error: Exception) -> Fault:
    reason = (str(error) or type(error).__name__).splitlines()[0][:200]
    return Fault("network.source_unreadable", Where(path.name), {"reason": reason})


def _tables(grid: Any) -> Mapping[str, list[dict[str, Any]]]:
    """Plain rows of the tables that matter, numbers as Python's own and blanks as None."""
    names = ("bus", "ext_grid", "gen", "switch", "line", "impedance", "tcsc", "trafo", "trafo3w", "load", "motor",
             "asymmetric_load", "sgen", "asymmetric_sgen")  # fmt: skip
    return {name: _rows(grid[name]) for name in names if name in grid and len(grid[name])}


def _rows(frame: Any) -> list[dict[str, Any]]:
    return [
        {"index": int(index), **{key: _blank(value) for key, value in row.items()}}
        for index, row in zip(frame.index.tolist(), frame.to_dict("records"), strict=True)
    ]


def _blank(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _opendss(path: Path) -> Network:
    dss = _needed("opendssdirect", "OpenDSSDirect.py")
    # The engine keeps one circuit for the whole process, and would otherwise change into the script's folder.
    dss.Basic.AllowChangeDir(False)
    try:
        dss.Text.Command("clear")
        dss.Text.Command(f'compile "{path.resolve()}"')
        if not dss.Circuit.Name():
            raise Refused([Fault("network.source_unreadable", Where(path.name), {"reason": "no circuit"})])
        return decode_opendss(_circuit(dss))
    except Refused:
        raise
    except Exception as error:
        raise Refused([_unreadable(path, error)]) from error
    finally:
        dss.Text.Command("clear")


def _circuit(dss: Any) -> Circuit:
    elements = [element for name in dss.Circuit.AllElementNames() if (element := _element(dss, name)) is not None]
    return Circuit(elements, _kilovolts(dss), _switched(dss))


def _element(dss: Any, name: str) -> Element | None:
    """None when it is disabled."""
    dss.Circuit.SetActiveElement(name)
    element = dss.CktElement
    if not element.Enabled():
        return None
    buses = tuple(element.BusNames())
    terminals = range(1, len(buses) + 1)
    kind = name.lower().split(".", 1)[0]
    is_switch, capacity = False, float("nan")
    is_open = kind in ("line", "transformer", "reactor") and any(element.IsOpen(at, 0) for at in terminals)
    if kind == "line":
        dss.Lines.Name(name.split(".", 1)[1])
        is_switch = bool(dss.Lines.IsSwitch())
    elif kind == "transformer":
        dss.Transformers.Name(name.split(".", 1)[1])
        dss.Transformers.Wdg(1)
        capacity = float(dss.Transformers.kVA())
    return Element(name.lower(), buses, is_open, is_switch, capacity)


def _kilovolts(dss: Any) -> dict[str, float]:
    """Nominal line-to-line kV of every bus, which the engine works out from the sources and transformers."""
    dss.Text.Command("CalcVoltageBases")
    found = {}
    for name in dss.Circuit.AllBusNames():
        dss.Circuit.SetActiveBus(name)
        found[name.lower()] = float(dss.Bus.kVBase()) * math.sqrt(3)
    return found


def _switched(dss: Any) -> dict[str, str]:
    found = {}
    for interface, kind in CONTROLS.items():
        controls = getattr(dss, interface)
        for name in controls.AllNames():
            if name and name.lower() != "none":
                controls.Name(name)
                found[controls.SwitchedObj().lower()] = kind
    return found
