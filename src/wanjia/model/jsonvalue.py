"""Plain JSON values: what facts, answers and saved states are made of."""

from typing import TypeAlias

Json: TypeAlias = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Facts: TypeAlias = dict[str, Json]
