"""What a day's balance says of a district, as the facts that a practice which treats districts may ask for."""

import json
from collections.abc import Mapping

from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.network.likely_cause import likely_cause
from wanjia.records.network.models import TransformerDistrict
from wanjia.texts import DEFAULT_LANGUAGE, say

METERS_NAMED_MAX = 8
METER_DIGITS_SHOWN = 4
NOTE_CHARACTERS_MAX = 400
FINDINGS = {"high": "high_loss", "negative": "negative_loss", "not_computable": "not_computable"}
"""Band -> finding of the practice; a district in another band is treated for what was found in it."""
FINDINGS_OF_CAUSES = {
    "overload": "overload", "heavy_load": "overload", "low_voltage": "low_voltage", "unbalance": "unbalance",
}  # fmt: skip
LOSS_PERCENT_LEAST, LOSS_PERCENT_MOST = -1000.0, 100.0


def district_facts(district: TransformerDistrict, kept: Mapping[str, Json], note: str) -> Facts:
    """Facts by name; those that are not known are None. A practice takes those that its start form names."""
    findings, cause = json.loads(str(kept["findings"])), likely_cause(kept)
    rate = kept["loss_rate"]
    percent = None if not isinstance(rate, float) else min(max(100 * rate, LOSS_PERCENT_LEAST), LOSS_PERCENT_MOST)
    return {
        "place": {"longitude": district.longitude, "latitude": district.latitude, "address": district.name_zh},
        "district": district.pk, "cause": cause,
        "finding": FINDINGS.get(str(kept["band"])) or FINDINGS_OF_CAUSES.get(cause),
        "finding_note": _note(kept, cause, findings, note.strip()[:NOTE_CHARACTERS_MAX]),
        "loss_percent": None if percent is None else round(percent, 2),
        "load_percent": next((one["values"].get("load_percent") for one in findings if one.get("values")), None),
    }  # fmt: skip


def _note(kept: Mapping[str, Json], cause: str, findings: list[Mapping[str, Json]], note: str) -> str:
    """What the balance showed, in the company's language; meters are masked, their curves open with a reason."""
    meters = [str(one["meter"])[-METER_DIGITS_SHOWN:] for one in findings if one.get("meter")][:METERS_NAMED_MAX]
    listed = "、".join("****" + one for one in meters)
    named = _part("meters", meters=listed) if meters else ""
    return say(
        "measurements.case_note", DEFAULT_LANGUAGE, day=str(kept["day"]), rate=_percent(kept["loss_rate"]),
        band=say(f"measurements.band.{kept['band']}", DEFAULT_LANGUAGE), energy_in=_energy(kept["energy_in_kwh"]),
        energy_out=_energy(kept["energy_out_kwh"]), coverage=_percent(kept["coverage"]),
        cause=_part("cause", cause=_worded(cause)) if cause else "", meters=named, note=note,
    )  # fmt: skip


def _part(name: str, **values: object) -> str:
    return say(f"measurements.case_note.{name}", DEFAULT_LANGUAGE, **values)


def _worded(cause: str) -> str:
    """Why a district is not computable is a reason, everything else a cause; the texts keep them apart."""
    keys = (f"measurements.cause.{cause}", f"measurements.reason.{cause}")
    found = [said for key in keys if (said := say(key, DEFAULT_LANGUAGE)) != key]
    return found[0] if found else cause


def _percent(share: Json) -> str:
    return f"{100 * share:.2f} %" if isinstance(share, int | float) else _part("none")


def _energy(energy: Json) -> str:
    return f"{energy:.2f}" if isinstance(energy, int | float) else _part("none")
