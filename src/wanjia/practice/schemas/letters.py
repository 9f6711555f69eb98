"""letters.yaml: documents that a send task writes; words stand in the texts, facts are put in as they are then."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas.shapes import closed, expression, identifier, name, names, rows, text

table = closed({"items": name, "columns": {**names, "minItems": 1}}, "items", "columns")
block: Facts = {
    "type": "object",
    "properties": {"text": text, "facts": names, "table": table, "when": expression},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 2,
}
letter = closed(
    {"id": identifier, "audience": text, "blocks": rows(block, minItems=1), "signed_by": name},
    "id",
    "audience",
    "blocks",
)
SCHEMA: Facts = closed({"letters": rows(letter)}, "letters")
