"""forms/*.schema.json and *.ui.json: which facts a step asks for, and how they are laid out on the page.

A field is a declared fact; the form may narrow it (`required`, `const`, fewer choices) but never widen or retype it.
"""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas.shapes import by_name, closed, expression, names, rows, text, word

NARROWING = ("const", "enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "default")
WIDGETS = (
    "text",
    "number",
    "radio",
    "select",
    "checkboxes",
    "textarea",
    "place",
    "photos",
    "papers",
    "stars",
    "offers",
    "table",
    "signature",
    "date",
    "time",
    "checkbox",
    "phone",
    "hidden",
)
number: Facts = {"type": "number"}
count: Facts = {"type": "integer", "minimum": 0}
form_field = closed(
    {
        "$ref": {"type": "string", "pattern": "^facts#/[A-Za-z_][A-Za-z0-9_]{0,63}$", "examples": ["facts#/place"]},
        "const": {},
        "default": {},
        "enum": rows({}, minItems=1),
        "minimum": number,
        "maximum": number,
        "minLength": count,
        "maxLength": count,
        "minItems": count,
        "maxItems": count,
    },
    "$ref",
)
SCHEMA: Facts = closed(
    {
        "$schema": text,
        "type": word("object"),
        "properties": by_name(form_field),
        "required": names,
        "additionalProperties": {"const": False, "examples": [False]},
    },
    "type",
    "properties",
)
UI_SCHEMA: Facts = closed(
    {
        "order": names,
        "widgets": by_name(word(*WIDGETS)),
        "groups": rows(closed({"title": text, "fields": names}, "title", "fields")),
        "show_if": by_name(expression),
        "shows": names,
    }
)
