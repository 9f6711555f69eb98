"""Capabilities that are computed from their inputs and the calendar alone, as scenarios compute them."""

from collections.abc import Callable
from datetime import datetime

from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.model.working_time import UnknownYear
from wanjia.practice.computed import COMPUTED, Compute
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case


def live(compute: Compute) -> Callable[[Facts, Case, datetime], Facts]:
    """The computation with the company's calendar; what has no answer is a Refused."""

    def capability(inputs: Facts, case: Case, now: datetime) -> Facts:
        try:
            return compute(inputs, now, work_calendar())
        except UnknownYear as lack:
            raise Refused([Fault("clock.unknown_year", Where(), {"year": lack.year})]) from lack
        except ValueError as error:
            raise Refused([Fault("unavailable", Where())]) from error

    return capability


LIVE = {name: live(compute) for name, compute in COMPUTED.items()}
