"""What is handed to safety sensing: a value that was measured, and a monitor as a list has it. No rows here."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.kernels.balance.safety.limits import SILENT_HOURS


@dataclass(frozen=True)
class MonitorReading:
    """One value of one monitor; for `energy_kwh`, `at` is when its hour ends."""

    monitor: str
    quantity: str
    at: datetime
    value: float


@dataclass(frozen=True)
class MonitorEntry:
    """A monitor as a list has it; `row` is its line."""

    row: int
    code: str
    gateway: str
    scene: str
    name_zh: str
    district: str
    address: str
    longitude: float
    latitude: float
    contact_name: str = ""
    contact_phone: str = ""
    helper_name: str = ""
    helper_phone: str = ""
    consent_case: str = ""
    name_en: str = ""
    silent_hours: float = SILENT_HOURS
    phase: str = ""
