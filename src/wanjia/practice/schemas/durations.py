"""The durations file of `practice simulate`: how long each step takes, and how often which answer is given."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas.shapes import anything, by_name, closed, day, name, names, rows, text, word

number: Facts = {"type": "number", "minimum": 0}
share: Facts = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
hour: Facts = {"type": "integer", "minimum": 0, "maximum": 24}
spread = closed(
    {
        "kind": word("fixed", "uniform", "triangular", "lognormal"),
        "value": number,
        "low": number,
        "mode": number,
        "high": number,
        "median": number,
        "p90": number,
        "unit": word("minutes", "hours", "days", "working_days"),
    },
    "kind",
    "unit",
)
choice = closed({"share": share, "with": anything, "return_to": name, "reason": text}, "share")
by_item = closed({"field": name, "values": by_name(spread)}, "field", "values")
step = closed({"duration": spread, "by_item": by_item, "choices": rows(choice, minItems=1)}, "duration")
answer = closed({"share": share, "give": anything, "error": name}, "share")
starts = closed({"from": day, "to": day, "hours": rows(hour, minItems=2, maxItems=2)}, "from", "to")
SCHEMA: Facts = closed(
    {
        "source": text,
        "starts": starts,
        "start": closed({"choices": rows(choice, minItems=1)}, "choices"),
        "settings": anything,
        "steps": by_name(step),
        "world": by_name(rows(answer, minItems=1)),
        "never": names,
        "horizon_days": {"type": "integer", "minimum": 1, "maximum": 3650},
    },
    "source",
    "starts",
    "start",
    "steps",
)
VARIANT_SCHEMA: Facts = closed(
    {
        "name": text,
        "practice": text,
        "files": by_name(text, r"^[A-Za-z0-9_./]+$"),
        "sequential": names,
        "durations": text,
    },
    "name",
)
