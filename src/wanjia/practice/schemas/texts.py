"""texts/*.json: one flat object, key to sentence."""

from wanjia.model.jsonvalue import Facts

SCHEMA: Facts = {
    "type": "object",
    "propertyNames": {"pattern": r"^[A-Za-z0-9_\-]+(\.[^\s.{}]+)*$", "examples": ["tasks.accept"]},
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 4000},
}
