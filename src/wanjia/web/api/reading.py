"""Reads JSON bodies strictly: finite numbers, nothing nested without end."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser


class StrictParser(Parser):
    """What it refuses is answered 400."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The parsed body; an empty one is an empty object."""
        try:
            return json.loads(request.body or b"{}", parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, "not JSON") from error


def _no_constant(name: str) -> None:
    """NaN and Infinity are not JSON; no fact can hold them."""
    raise ValueError(name)
