"""Where monitors stand and what kinds of alarms there are, and which scene of the practice `care_alarm` each opens."""

from collections.abc import Mapping

from wanjia.kernels.balance.safety.following import QUANTITIES
from wanjia.model.actors import Actor

SAFETY = Actor(reference="safety", name="", system=True)
"""Safety sensing, as the history calls it."""
PRACTICE = "care_alarm"
CONSENT = "care_consent"
SCENES = ("stairwell", "meter_box", "charging", "kitchen", "home")
"""Where a monitor stands. `home` and `kitchen` are somebody's own rooms: only under a consent."""
AT_HOME = frozenset({"home", "kitchen"})
PHASES = ("A", "B", "C", "ABC")
"""Of the line that it watches; empty where nobody knows, or where it watches a room."""
SILENT, PLEASE_CALL = "device_silent", "please_call"
KINDS = (*QUANTITIES, SILENT, PLEASE_CALL)
ENERGY = "energy_kwh"
"""Energy of a whole hour, of homes whose resident asked to be called when it is unusually still."""
CARE, FIRE = "inactivity_care", "fire_safety"
"""Purposes of a consent that cover stillness, and the measured quantities."""

_HEAT: Mapping[str, str] = {"stairwell": "stair_guard", "kitchen": "kitchen_heat", "charging": "charging"}


def scene_of(kind: str, where: str) -> str:
    """The practice's scene of an alarm."""
    if kind == "temperature_c":
        return _HEAT.get(where, "meter_box_heat")
    return {
        "residual_current_ma": "residual_current", "arc_half_cycles": "arc", SILENT: "device_offline",
        PLEASE_CALL: "lone_elder",
    }[kind]  # fmt: skip
