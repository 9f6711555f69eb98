"""A practice whose cases begin by themselves, made of the one of `wanjia practice new`."""

import json

from tests.support.practices import small_practice

RULE = "recurring: {every: month, day: first_working_day, for_each: station, role: chief}"


def monthly(rule: str = RULE, required: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Its start form asks for nothing but the period; the station chief asks, and has the work."""
    files = small_practice()
    manifest = files["practice.yaml"].decode().replace("place: required ", "place: optional ")
    manifest = manifest.replace(
        "\nfacts:", "\n  chief: {who: post, role: station_chief}\n\nfacts:\n  period: {type: string}"
    )
    manifest = manifest.replace("enum: [question, repair]}", "enum: [question, repair], default: repair}")
    form = json.loads(files["forms/start.schema.json"])
    form["required"] = list(required)
    form["properties"]["period"] = {"$ref": "facts#/period"}
    files["forms/start.schema.json"] = json.dumps(form).encode()
    files["practice.yaml"] = f"{manifest}\n{rule}\n".encode()
    return files
