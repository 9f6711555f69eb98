"""The thresholds that ship: dated editions with source. What nobody has verified says so; companies enter their own."""

from datetime import date

from wanjia.kernels.balance.safety.following import Limit

FROM = date(2014, 5, 1)
"""GB 50116-2013 came into force."""
LIMITS: tuple[Limit, ...] = (
    Limit(
        "residual_current_ma", FROM, 300.0, 500.0, 30.0, 60, 300,
        "GB 50116 9.2.3：报警值 300–500 mA，自然泄漏 100–200 mA；持续、恢复时间未核实 "
        "(alarm set at 300-500 mA, natural leakage 100-200 mA; times unverified)", "B",
    ),
    Limit(
        "temperature_c", FROM, 60.0, 80.0, 5.0, 60, 300,
        "GB 50116：45–140 ℃ 可调；60、80 ℃ 为聚氯乙烯电缆 70 ℃ 的默认值，未核实 "
        "(adjustable 45-140 C; 60 and 80 for PVC cable rated 70 C; unverified)", "M",
    ),
    Limit(
        "arc_half_cycles", FROM, 9.0, 14.0, 0.0, 0, 3600,
        "GB 14287.4：1 秒内 14 个故障电弧半波；9 个为默认预警值，未核实 "
        "(14 arcing half cycles within a second; 9 as a first sign; unverified)", "M",
    ),
)  # fmt: skip
SILENT_HOURS = 4.0
"""No reading for so long: the device, its gateway or its network has a fault. Default, unverified (M)."""
RANGES: dict[str, tuple[float, float]] = {
    "residual_current_ma": (20.0, 1000.0), "temperature_c": (45.0, 140.0), "arc_half_cycles": (1.0, 100.0),
}  # fmt: skip
"""Between which thresholds may be set: GB 14287.2 (20-1000 mA), GB 50116 (45-140 C), and what a second holds."""
