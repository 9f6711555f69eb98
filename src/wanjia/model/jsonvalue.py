"""Plain JSON values: what facts, answers and saved states are made of."""

from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Facts: TypeAlias = dict[str, Json]
