"""practice.yaml: what the practice is called, who takes part, which settings and facts it has."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.formats import FORMATS
from wanjia.practice.nouns import GROUPS
from wanjia.practice.schemas.shapes import by_name, closed, identifier, name, names, rows, text, version, word

TYPES = ("string", "number", "integer", "boolean", "array", "object")
count: Facts = {"type": "integer", "minimum": 0, "maximum": 10_000}
number: Facts = {"type": "number"}

role = closed(
    {
        "who": word("requester", "cell", "fact", "item", "post", "contact"),
        "level": {"type": "integer", "minimum": 1, "maximum": 9},
        "fact": name,
        "field": name,
        "role": identifier,
    },
    "who",
)
setting = closed(
    {
        "type": word("number", "integer", "string", "boolean"),
        "unit": text,
        "minimum": number,
        "maximum": number,
        "enum": rows({}),
        "default": {},
        "source": text,
    },
    "type",
    "default",
    "source",
)
fact = closed(
    {
        "type": word(*TYPES),
        "format": word(*FORMATS),
        "enum": rows({}, minItems=1),
        "minimum": number,
        "maximum": number,
        "multipleOf": {"type": "number", "exclusiveMinimum": 0},
        "minLength": count,
        "maxLength": count,
        "minItems": count,
        "maxItems": count,
        "uniqueItems": {"type": "boolean"},
        "items": {"type": "object"},
        "properties": {"type": "object"},
        "required": names,
        "default": {},
        "unit": text,
        "personal": {"type": "boolean"},
        "scope": word("case", "item"),
        "source": text,
    },
    "type",
)
paper = closed({"visible_to": names, "when_item": by_name(rows({}))}, "visible_to")
# Systems of the catalogue that the practice is a way to run: a letter for the promise, a number.
catalogue_rows = rows(
    {"type": "string", "pattern": "^[A-Z][1-9][0-9]?$", "examples": ["F4"]}, minItems=1, uniqueItems=True
)
# A register of this practice, or of another one: `points`, `safety_points.points`.
register_named: Facts = {
    "type": "string",
    "pattern": r"^[a-z][a-z0-9_]{0,63}(\.[a-z][a-z0-9_]{0,63})?$",
    "examples": ["points", "safety_points.points"],
}
message_senders: Facts = {"type": "string", "minLength": 1}

SCHEMA: Facts = closed(
    {
        "domain": identifier,
        "version": version,
        "platform": {
            "type": "string",
            "pattern": r"^[<>=!~]=?[0-9.]+(,[<>=!~]=?[0-9.]+)*$",
            "examples": [">=0.1,<1.0"],
        },
        "rows": catalogue_rows,
        "prefix": {"type": "string", "pattern": "^[A-Z]{2,4}$", "examples": ["BM"]},
        "entry": closed(
            {
                "surface": word("portal", "window", "desk", "card", "system"),
                "icon": text,
                "open_to": identifier,
                "group": word(*GROUPS),
            },
            "surface",
        ),
        "place": word("required", "optional", "none"),
        "title": text,
        "merge": closed({"within_days": count, "same": names, "radius_m": count}, "within_days", "same"),
        "reopen": closed({"within_days": count, "to": name}, "within_days", "to"),
        "withdraw": closed({"until": names}, "until"),
        "rating": closed({"task": name, "fact": name}, "task", "fact"),
        "roles": by_name(role),
        "inputs": by_name(setting),
        "facts": by_name(fact),
        "calls": by_name(
            closed(
                {
                    "inputs": by_name(name),
                    "outputs": by_name(name),
                    "practice": identifier,
                    "requester": identifier,
                    "register": register_named,
                }
            )
        ),
        "messages": by_name(closed({"from": message_senders, "payload": names, "facts": names}, "from")),
        "notices": by_name(
            closed(
                {
                    "to": text,
                    "channels": rows(word("portal", "desk", "sms", "email", "window"), minItems=1),
                    "urgent": {"type": "boolean"},
                },
                "to",
                "channels",
            )
        ),
        "recurring": closed(
            {
                "every": word("week", "month", "quarter", "year"),
                "day": {
                    "type": ["string", "integer"],
                    "pattern": "^(first_working_day|last_working_day|[0-9]{1,2})$",
                    "examples": ["first_working_day"],
                },
                "for_each": word("company", "county", "station"),
                "role": identifier,
            },
            "every",
            "day",
            "for_each",
        ),
        "returns": by_name(names),
        "four_eyes": by_name(name),
        "papers": by_name(paper),
    },
    "domain",
    "version",
    "platform",
    "prefix",
    "entry",
    "place",
    "title",
    "roles",
    "facts",
)
