"""The life of a case as one table: which event may come in which status, and the statuses that it may lead to.

`docs/explanation/case-engine.md` shows this table; a test compares them.
"""

from collections.abc import Mapping

from wanjia.engine.nouns import (
    AskOpinion,
    CapabilityDone,
    CapabilityFailed,
    CaseStatus,
    Complete,
    Delegate,
    Event,
    GiveOpinion,
    Hold,
    MergeInto,
    Message,
    PassOn,
    Release,
    Reopen,
    ReturnTo,
    Tick,
    Urge,
    Withdraw,
)

RUNNING, ENDED = CaseStatus.RUNNING, CaseStatus.ENDED
WITHDRAWN, MERGED = CaseStatus.WITHDRAWN, CaseStatus.MERGED

_GOES_ON = {RUNNING: frozenset({RUNNING})}
_MAY_END = {RUNNING: frozenset({RUNNING, ENDED})}

# event -> status before -> statuses after. What is not in the table is refused with `engine.wrong_status`.
LIFE: Mapping[type[Event], Mapping[CaseStatus, frozenset[CaseStatus]]] = {
    Complete: _MAY_END,
    ReturnTo: _GOES_ON,
    AskOpinion: _GOES_ON,
    GiveOpinion: _GOES_ON,
    PassOn: _GOES_ON,
    Delegate: _GOES_ON,
    Withdraw: {RUNNING: frozenset({WITHDRAWN})},
    Urge: _GOES_ON,
    Reopen: {ENDED: frozenset({RUNNING})},
    MergeInto: {RUNNING: frozenset({MERGED})},
    Message: _MAY_END,
    CapabilityDone: _MAY_END,
    CapabilityFailed: _MAY_END,
    Hold: _GOES_ON,
    Release: _GOES_ON,
    Tick: {
        RUNNING: frozenset({RUNNING, ENDED}),
        ENDED: frozenset({ENDED}),
        WITHDRAWN: frozenset({WITHDRAWN}),
        MERGED: frozenset({MERGED}),
    },
}
