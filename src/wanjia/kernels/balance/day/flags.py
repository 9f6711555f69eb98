"""What is odd about one meter's day: the flags, and the thresholds that raise them, dated and with their source.

A flag is a reason to look, never a correction: the readings are summed as they came, and the flags stand beside.
"""

from dataclasses import dataclass
from datetime import date

from wanjia.model.readings import SLOT_MINUTES

FLAGS = ("negative", "spike", "all_zero", "zero_run", "stuck", "gap", "silent", "estimated")
"""Bits of a meter-day's flags, the lowest first.

negative: a reading below zero where none may be. spike: more than the connection can carry. all_zero: every reading is
zero. zero_run: zero for long, but not all day. stuck: the same reading, not zero, for long. gap: some readings are
missing. silent: all are. estimated: some came in as estimated.
"""
NEGATIVE, SPIKE, ALL_ZERO, ZERO_RUN, STUCK, GAP, SILENT, ESTIMATED = (1 << bit for bit in range(len(FLAGS)))
HOURS_A_SLOT = SLOT_MINUTES / 60


@dataclass(frozen=True)
class Thresholds:
    """From which day the flags are raised where, all in kWh an interval or intervals, and who says so.

    spike_over_limit: times the energy that the connection's kW carry in an interval. spike_kwh and spike_over_mean:
    where nobody knows the connection, a reading must be above both, the second as times the mean of the meter's other
    readings. capacity_over: times the transformer's kVA, for masters. zero_slots, stuck_slots: intervals in a row;
    stuck_kwh: below it equal readings say nothing, because meters count in hundredths.
    """

    edition: str
    from_on: date
    source: str
    spike_over_limit: float = 1.2
    spike_kwh: float = 12.0
    spike_over_mean: float = 20.0
    capacity_over: float = 2.0
    zero_slots: int = 32
    stuck_slots: int = 16
    stuck_kwh: float = 0.05


THRESHOLDS = Thresholds(
    "2024-01",
    date(2024, 1, 1),
    "Own choice, no norm: 12 kWh in 15 minutes are 48 kW, more than three phases of 63 A at 400 V carry (43.6 kW); "
    "an oil transformer carries twice its rating for some minutes at most (IEC 60076-7, short-time emergency loading); "
    "8 hours of zeros and 4 hours of one value are longer than an ordinary night's rest of a refrigerator",
)
