"""checklist.yaml: the quality scale; each rule done, still to do, or exempt with a reason."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas.shapes import by_name, closed, text, word

SCHEMA: Facts = closed(
    {"rules": by_name(closed({"status": word("done", "todo", "exempt"), "reason": text}, "status"))}, "rules"
)
