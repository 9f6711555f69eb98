"""clocks.yaml: what starts, pauses and stops each deadline, how long it is since when, and where that is written."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas.shapes import closed, day, expression, identifier, limit, name, rows, text, word

REGIMES = ("law", "national_standard", "company_promise", "hotline", "local_rule", "internal")
TRIGGER = r"^(case_started|case_ended|(opened|done|message|returned):[A-Za-z_][A-Za-z0-9_]{0,63})$"
triggers = rows({"type": "string", "pattern": TRIGGER, "examples": ["done:accept"]})
# A fact of the case, or a field of the item of the branch in which the clock starts.
reading: Facts = {
    "type": "string",
    "pattern": r"^(item\.)?[A-Za-z_][A-Za-z0-9_]{0,63}$",
    "examples": ["item.due_on"],
}
effect: Facts = {
    "type": "object",
    "properties": {
        "notify": text,
        "escalate": {"type": "integer", "minimum": 1, "maximum": 9},
        "message": name,
        "complete": {"type": "object"},
    },
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
edition = closed(
    {
        "from": day,
        "limit": limit,
        "limits": {"type": "object", "additionalProperties": limit, "minProperties": 1},
        "until": reading,
        "source": text,
        "sure": word("A", "B", "C", "M"),
    },
    "from",
    "source",
    "sure",
)
clock = closed(
    {
        "id": identifier,
        "regime": word(*REGIMES),
        "scope": word("case", "task", "item"),
        "when": expression,
        "start": {**triggers, "minItems": 1},
        "stop": triggers,
        "pause": triggers,
        "resume": triggers,
        "warn": rows(limit),
        "limit_by": reading,
        "editions": rows(edition, minItems=1),
        "on_warn": rows(effect),
        "on_expire": rows(effect),
        "waits": {"const": True},
    },
    "id",
    "regime",
    "scope",
    "start",
    "editions",
)
SCHEMA: Facts = closed({"clocks": rows(clock, minItems=1)}, "clocks")
