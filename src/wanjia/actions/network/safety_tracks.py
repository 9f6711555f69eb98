"""A track of the kernel as JSON and back, so that it goes on after a restart where it was."""

from dataclasses import replace
from datetime import datetime

from wanjia.kernels.balance.safety.following import LEVELS, Track
from wanjia.model.jsonvalue import Facts, Json


def track_to_json(track: Track) -> Facts:
    """As it is kept with its monitor."""
    return {
        "level": track.level, "since": _text(track.since), "highest": track.highest, "heard_at": _text(track.heard_at),
        "above": [_text(each) for each in track.above], "below": _text(track.below),
    }  # fmt: skip


def track_from_json(kept: object) -> Track:
    """A fresh one where nothing was kept."""
    if not isinstance(kept, dict):
        return Track()
    pre, alarm = (_instant(each) for each in kept["above"])
    level = next(one for one in LEVELS if one == kept["level"])
    found = Track(level, _instant(kept["since"]), float(kept["highest"]), _instant(kept["heard_at"]))
    return replace(found, above=(pre, alarm), below=_instant(kept["below"]))


def _text(at: datetime | None) -> Json:
    return at.isoformat() if at else None


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
