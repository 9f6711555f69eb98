"""The likeliest cause that a kept result names: what was found, or why the day is not computable."""

import json
from collections.abc import Mapping

from wanjia.model.jsonvalue import Json

MASTERS = "master_"
"""Findings of a dead master say more than that the day cannot be computed."""


def likely_cause(kept: Mapping[str, Json]) -> str:
    """A code of the findings, or of the balance's reasons; empty where nothing was found.

    kept: `band`, `reason` and `findings` of a district's result.
    """
    findings = json.loads(str(kept["findings"]))
    found = str(findings[0]["code"]) if findings else ""
    reasons = [part for part in str(kept["reason"]).split() if "=" not in part]
    if kept["band"] == "not_computable" and reasons and not found.startswith(MASTERS):
        return reasons[0]
    return found
