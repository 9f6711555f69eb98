"""A simulation as a picture: how many cases are done after how many days, and the share within each clock."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure

from wanjia.texts import say

CHINESE_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei")
COLOURS = ("#1d5c45", "#d9a441", "#b3402e", "#5b7f95", "#8fb8a4")
STYLES = ("-", "--", ":", "-.")
WIDTH_INCHES, HEIGHT_INCHES, DOTS_PER_INCH = 12.0, 5.0, 130


def picture(runs: Sequence[Any], ending: str, language: str) -> bytes:
    """`.png` or `.svg` bytes of the runs (`_practice_simulate.Run`); Chinese where a font can show it, else English."""
    fonts = {entry.name for entry in font_manager.fontManager.ttflist}
    chinese = [name for name in CHINESE_FONTS if name in fonts]
    spoken = language if chinese or language == "en" else "en"
    with rc_context({"font.family": [*chinese[:1], "DejaVu Sans"], "svg.hashsalt": "wanjia"}):
        figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), layout="constrained")
        left, right = figure.subplots(1, 2)
        _done_after(left, runs, spoken)
        _within_clocks(right, runs, spoken)
        stamp = {"Date": None} if ending == ".svg" else {"Software": None}
        file = BytesIO()
        figure.savefig(file, format=ending[1:], dpi=DOTS_PER_INCH, facecolor="white", metadata=stamp)
    return file.getvalue()


def _done_after(axes: Any, runs: Sequence[Any], language: str) -> None:
    for index, run in enumerate(runs):
        days = np.sort([result.days for result in run.results if result.end])
        share = np.arange(1, days.size + 1) / max(1, len(run.results))
        style = STYLES[index % len(STYLES)]
        axes.step(days, share, style, where="post", color=COLOURS[index % len(COLOURS)], label=run.name)
    axes.set_xlabel(say("practice.simulate.axis_days", language))
    axes.set_ylabel(say("practice.simulate.axis_done", language))
    axes.set_ylim(0, 1.02)
    axes.legend(frameon=False)


def _within_clocks(axes: Any, runs: Sequence[Any], language: str) -> None:
    clocks = [
        clock for clock in runs[0].summary.clocks if any(run.summary.clocks.get(clock) is not None for run in runs)
    ]
    height = 0.8 / len(runs)
    for index, run in enumerate(runs):
        places = np.arange(len(clocks)) + (index - (len(runs) - 1) / 2) * height
        shares = [run.summary.clocks.get(clock) or 0.0 for clock in clocks]
        axes.barh(places, shares, height * 0.9, color=COLOURS[index % len(COLOURS)], label=run.name)
    axes.set_yticks(np.arange(len(clocks)), [runs[0].practice.text(f"clocks.{clock}", language) for clock in clocks])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel(say("practice.simulate.axis_kept", language))
