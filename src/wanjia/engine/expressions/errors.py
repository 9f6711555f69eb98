"""The one exception of the language, at compile time turned into a fault, at run time raised."""

from collections.abc import Mapping

from wanjia.model.faults import Fault, Where


class ExpressionError(Exception):
    """`code` is stable (`expression.*`), `position` the 1-based character in the expression, `values` for the text."""

    def __init__(self, code: str, position: int, values: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.position = position
        self.values: Mapping[str, object] = {"position": position, **(values or {})}
        super().__init__(f"{code} at character {position}: {dict(self.values)}")

    def fault(self, where: Where, text: str = "") -> Fault:
        """The same as a value; `text` is the expression as its author wrote it."""
        return Fault(self.code, where, {**self.values, "text": text})
