"""What a capability takes and gives, and the fragments of JSON Schema in which that is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wanjia.model.jsonvalue import Facts

PLACE: Facts = {"type": "object", "format": "place"}
TEXT: Facts = {"type": "string"}
NUMBER: Facts = {"type": "number"}
YES_NO: Facts = {"type": "boolean"}
INSTANT: Facts = {"type": "string", "format": "date-time"}
DAY: Facts = {"type": "string", "format": "date"}
COUNT: Facts = {"type": "integer", "minimum": 0}
ROWS: Facts = {"type": "array", "items": {"type": "object"}}
ACCOUNT: dict[str, Facts] = {"account_number": TEXT, "account_name": TEXT, "account_phone": TEXT}
HAND_OVER: dict[str, Facts] = {"account_number": TEXT, "from_name": TEXT, "to_name": TEXT, "to_phone": TEXT}
MODE: Facts = {"type": "string", "enum": ["outage", "live_line", "bypass", "generator", "transfer"]}
AREAS: Facts = {"type": "string", "enum": ["urban", "rural", "remote"]}


@dataclass(frozen=True)
class CapabilitySignature:
    """Inputs and outputs by name, each a JSON Schema fragment. Inputs that are not in `optional` must be given.

    With `open_inputs` a practice may pass others too, by names that the capability learns from elsewhere.
    """

    name: str
    about: str
    inputs: Mapping[str, Facts]
    outputs: Mapping[str, Facts]
    optional: frozenset[str] = frozenset()
    acting: bool = False
    errors: tuple[str, ...] = field(default=("unavailable",))
    open_inputs: bool = False

    @property
    def required(self) -> frozenset[str]:
        """Inputs without which the capability cannot run."""
        return frozenset(self.inputs) - self.optional
