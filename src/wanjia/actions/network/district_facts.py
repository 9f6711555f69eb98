"""What a day's balance says of a district, as the facts that a practice which treats districts may ask for."""

import json
from collections.abc import Mapping

from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.network.models import TransformerDistrict

EVIDENCE_MAX = 20
"""Findings handed over with a case, heaviest first."""
METER_DIGITS_SHOWN = 4
NOTE_CHARACTERS_MAX = 500


def district_facts(district: TransformerDistrict, kept: Mapping[str, Json], note: str) -> Facts:
    """Facts by name; those that are not known are None. A practice takes those that its start form names."""
    findings = json.loads(str(kept["findings"]))
    codes = [part for part in str(kept["reason"]).split() if "=" not in part]
    cause = findings[0]["code"] if findings else codes[0] if codes else kept["band"]
    rate, coverage = kept["loss_rate"], kept["coverage"]
    return {
        "district": district.pk, "district_code": district.pk, "district_name": district.name_zh,
        "feeder_name": district.feeder.name_zh, "observed_on": str(kept["day"]), "band": kept["band"],
        "cause": cause, "reason": cause, "loss_rate_percent": _percent(rate), "loss_kwh": _rounded(kept["loss_kwh"]),
        "energy_in_kwh": _rounded(kept["energy_in_kwh"]), "energy_out_kwh": _rounded(kept["energy_out_kwh"]),
        "coverage_percent": _percent(coverage), "customers_count": district.customers,
        "capacity_kva": district.capacity_kva, "note": note.strip()[:NOTE_CHARACTERS_MAX] or None,
        "evidence": [_evidence(one) for one in findings[:EVIDENCE_MAX]],
        "place": {
            "longitude": district.longitude, "latitude": district.latitude, "address": district.name_zh
        },
    }  # fmt: skip


def _evidence(finding: Mapping[str, Json]) -> Json:
    """One finding with its meter masked: who works on the case opens the meter's curve with a reason."""
    meter = str(finding.get("meter") or "")
    shown = "****" + meter[-METER_DIGITS_SHOWN:] if meter else ""
    return {"code": finding["code"], "meter": shown, "points": finding.get("points")}


def _percent(share: Json) -> Json:
    return round(100 * share, 2) if isinstance(share, int | float) else None


def _rounded(energy: Json) -> Json:
    return round(energy, 2) if isinstance(energy, int | float) else None
