"""scenarios/*.yaml: who does what when, what the world answers, and what must have come out."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.limits import SCENARIO_STEPS_MAX
from wanjia.practice.schemas.shapes import anything, by_name, closed, instant, name, names, rows, text, word

DEEDS = (
    "start",
    "complete",
    "return",
    "opinion",
    "give_opinion",
    "pass_on",
    "delegate",
    "withdraw",
    "urge",
    "reopen",
    "merge",
    "message",
    "wait",
    "pause",
    "resume",
)
after: Facts = {
    "type": "string",
    "pattern": r"^([0-9]{1,6}(m|h|d|wd))( [0-9]{1,6}(m|h|d|wd))*$",
    "examples": ["2h 30m"],
}
step = closed(
    {
        "after": after,
        "do": word(*DEEDS),
        "as": text,
        "task": name,
        "item": anything,
        "with": anything,
        "to": text,
        "reason": text,
        "question": text,
        "answer": text,
        "note": text,
        "name": name,
        "into": text,
        "refused": text,
    },
    "do",
)
clock_expected: Facts = {"type": ["string", "array"], "items": word("running", "paused", "expired", "stopped", "late")}
expect = closed(
    {
        "end": name,
        "status": word("running", "ended", "withdrawn", "merged"),
        "facts": anything,
        "open": names,
        "clocks": by_name(clock_expected),
        "letters": names,
        "notices": names,
        "escalations": {"type": "integer", "minimum": 0},
        "registers": by_name(rows(anything)),
    }
)
SCHEMA: Facts = closed(
    {
        "title": closed({"zh-Hans": text, "en": text}, "zh-Hans", "en"),
        "walk": {"type": "boolean"},
        "starts_at": instant,
        "settings": anything,
        "world": {"type": "object", "additionalProperties": {"type": ["object", "array"]}},
        "steps": rows(step, minItems=1, maxItems=SCENARIO_STEPS_MAX),
        "expect": expect,
    },
    "title",
    "starts_at",
    "steps",
    "expect",
)
