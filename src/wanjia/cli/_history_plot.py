"""The audit as a picture: time by group, how far from the deadline, serial against parallel."""

from io import BytesIO
from typing import Any, cast

import numpy as np
from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure

from wanjia.cli._history_report import Say, count, named, percent, speaker
from wanjia.cli._printed_tables import shorten
from wanjia.kernels.history.audit import Audit
from wanjia.kernels.history.whatif import Comparison

CHINESE_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei")
GROUPS_MAX = 10
WIDTH_INCHES, HEIGHT_INCHES, DOTS_PER_INCH = 15.0, 5.2, 130

BRAND, LATE, CALM, RETURNED, INK, FAINT = "#1d5c45", "#b3402e", "#8fb8a4", "#d9a441", "#22302a", "#dfe5e1"


def picture(found: Audit, ending: str, language: str) -> bytes:
    """The picture as a `.png` or `.svg` file; Chinese where a font can show it, else English."""
    fonts = {entry.name for entry in font_manager.fontManager.ttflist}
    chinese = [name for name in CHINESE_FONTS if name in fonts]
    speak = speaker(language if chinese or language == "en" else "en")
    settings = {"font.family": [*chinese[:1], "DejaVu Sans"], "axes.unicode_minus": False, "svg.fonttype": "path",
                "svg.hashsalt": "wanjia", "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK,
                "ytick.color": INK}  # fmt: skip
    with rc_context(cast("Any", settings)):
        # A figure of its own, not pyplot's: no window system is asked for and nothing global is kept.
        figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), layout="constrained")
        axes = figure.subplots(1, 3, width_ratios=(1.1, 1.2, 1.0))
        _groups(axes[0], found, speak)
        _lateness(axes[1], found, speak)
        _parallel(axes[2], found, speak)
        # Without the date of making, so that the same log gives the same file.
        stamp = {"Date": None} if ending.lower() == ".svg" else {"Software": None}
        file = BytesIO()
        figure.savefig(file, format=ending.lower()[1:], dpi=DOTS_PER_INCH, facecolor="white", metadata=stamp)
    return file.getvalue()


def _bare(axes: Any, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=12)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    axes.tick_params(length=0)


def _groups(axes: Any, found: Audit, speak: Say) -> None:
    """Stacked bars: waiting, working, returned."""
    _bare(axes, speak("p_waiting"))
    shown = list(reversed(found.groups[:GROUPS_MAX]))
    names = [shorten(named(place.name, speak), 24) for place in shown]
    left = np.zeros(len(shown))
    parts = (("c_waiting", BRAND, "waiting_days"), ("c_working", CALM, "working_days"),
             ("c_returned", RETURNED, "returned_days"))  # fmt: skip
    for key, colour, field in parts:
        values = np.array([getattr(place, field) for place in shown])
        if values.any():
            axes.barh(range(len(shown)), values, left=left, color=colour, label=speak(key), height=0.68)
        left += values
    for at, place in enumerate(shown):
        axes.text(left[at], at, f"  {place.spread.total_days:,.0f} ({percent(place.share)})", va="center", fontsize=9)
    axes.set_yticks(range(len(shown)), names, fontsize=9)
    axes.set_xlim(0, max(left.max(initial=0.0), 1e-9) * 1.32)
    axes.set_xlabel(speak("p_days"), fontsize=9)
    axes.legend(loc="lower right", frameon=False, fontsize=9)


def _lateness(axes: Any, found: Audit, speak: Say) -> None:
    """Ended cases by the distance of their end from the deadline; late ones in red and in words."""
    _bare(axes, speak("p_late"))
    distance = np.array(found.end_minus_deadline_days)
    if not len(distance):
        axes.text(0.5, 0.5, speak("p_none"), ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    low, high = np.percentile(distance, (1, 99))
    step = max((max(high, 1.0) - min(low, -1.0)) / 50, 1e-6)
    # Edges are multiples of the step, so that 0, the deadline, is one of them.
    edges = np.arange(np.floor(min(low, -step) / step), np.ceil(max(high, step) / step) + 1) * step
    late = distance > 0
    for mask, colour, key in ((~late, CALM, "p_in_time"), (late, LATE, "p_after")):
        axes.hist(distance[mask], bins=edges, color=colour, label=speak(key, n=count(int(mask.sum()))))
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_xlabel(speak("p_late_axis"), fontsize=9)
    axes.set_ylabel(speak("p_cases"), fontsize=9)
    axes.legend(loc="upper right", frameon=False, fontsize=10)
    outside = int(((distance < edges[0]) | (distance > edges[-1])).sum())
    if outside:
        note = speak("p_outside", n=count(outside))
        axes.text(0.99, 0.78, note, transform=axes.transAxes, ha="right", va="top", fontsize=8.5)


def _parallel(axes: Any, found: Audit, speak: Say) -> None:
    """Three bars of the first comparison."""
    _bare(axes, speak("p_parallel"))
    row = next((row for row in found.comparisons if row.cases_compared), None)
    if row is None:
        axes.text(0.5, 0.5, speak("p_none"), ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    _bars(axes, row, speak)
    name = speak("proposed_name") if row.plan.proposed else row.plan.name
    axes.set_xlabel(f"{shorten(name, 50)} · {speak('p_compared', n=count(row.cases_compared))}", fontsize=9)


def _bars(axes: Any, row: Comparison, speak: Say) -> None:
    bars = ((speak("serial"), row.logged_days, None, CALM),
            (speak("parallel_cautious"), row.parallel_days, row.saved_share, BRAND),
            (speak("parallel_best"), row.parallel_best_days, row.saved_best_share, BRAND))  # fmt: skip
    top = max(row.logged_days, 1e-9)
    for at, (name, value, saved, colour) in enumerate(bars):
        label = f"{value:,.0f}" if saved is None else f"{value:,.0f}\n\u2212{percent(saved)}"
        axes.bar(at, value, color=colour, width=0.62, label=name)
        axes.text(at, value + top * 0.015, label, ha="center", va="bottom", fontsize=10)
    axes.set_xticks(range(len(bars)), [bar[0].replace(", ", ",\n").replace("（", "\n（") for bar in bars], fontsize=9)
    axes.set_ylim(0, top * 1.16)
    axes.set_yticks([])
