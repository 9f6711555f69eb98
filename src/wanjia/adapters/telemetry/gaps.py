"""Which numbers of each sender came: repeats, new beginnings, and holes that are reported as gaps. No clock inside.

A sender numbers its messages upwards, one by one. What is not above the highest number and not in a hole came before. A
number that is not higher in a message that was made later than any (`sent_at`) is no repeat: the sender counts anew.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wanjia.actions.network.sensed import Gap
from wanjia.adapters.telemetry.limits import GAP_GRACE_MS, HOLES_MAX, JUMP_MAX

NEW, LATE, REPEATED, RESTARTED = "new", "late", "repeated", "restarted"


EARLIER_MAX = 10_000
"""Numbers that may come before the first one known of and still be counted; what is further back is only taken."""


@dataclass(frozen=True)
class Confirmation:
    """All numbers from `lowest` through `through` came (or were given up, far back) but the `missing` ranges;
    `newest` is the latest `sent_at`."""

    lowest: int
    through: int
    missing: tuple[tuple[int, int], ...]
    newest: int


@dataclass
class Hole:
    """Numbers first .. last that did not come yet; `told` is the range that was reported last, None: not yet."""

    first: int
    last: int
    noticed_at: int
    told: tuple[int, int] | None = None


@dataclass
class Sender:
    """What came of one sender: all from `lowest` to `highest` but the holes; `newest` is the latest `sent_at`.

    `is_cut`: holes were given up, so that nothing is known of what is below `lowest`.
    """

    lowest: int
    highest: int
    newest: int
    is_cut: bool = False
    holes: list[Hole] = field(default_factory=list)


@dataclass
class SequenceBook:
    """All senders. Times (`at`, `now`) are milliseconds of arrival and never go back."""

    senders: dict[str, Sender] = field(default_factory=dict)
    _waiting: deque[tuple[int, str, int, int]] = field(default_factory=deque)
    """Holes that are reported when their grace is over: when noticed, sender, first, last."""
    _filled: list[tuple[str, int, int, int]] = field(default_factory=list)
    """Numbers of reported holes that came: sender, number, when noticed, when filled."""
    _touched: set[str] = field(default_factory=set)
    """Senders whose reported holes changed."""

    def note(self, name: str, sequence: int, sent_at: int, at: int) -> str:
        """A message came. Only what is REPEATED was there before."""
        sender = self.senders.get(name)
        if sender is None:
            self.senders[name] = Sender(sequence, sequence, sent_at)
            return NEW
        is_later, is_earlier = sent_at > sender.newest, 0 < sent_at < sender.newest
        if sequence == sender.highest + 1:
            verdict = NEW
        elif sequence > sender.highest + JUMP_MAX or (is_later and sequence <= sender.highest):
            return self._restart(name, sequence, sent_at, at)
        elif sequence > sender.highest and is_earlier:
            return LATE  # of a counting that ended; nothing is known of its neighbours
        elif sequence > sender.highest:
            self._open_hole(name, sender, Hole(sender.highest + 1, sequence - 1, at))
            verdict = NEW
        else:
            is_first_time = self._fill(name, sender, sequence, at) or self._below(name, sender, sequence, at)
            verdict = LATE if is_first_time else REPEATED
        sender.highest = max(sender.highest, sequence)
        sender.newest = max(sender.newest, sent_at)
        return verdict

    def take_gaps(self, now: int) -> list[Gap]:
        """What changed since the last call: holes whose grace is over, and the parts of reported ones that came."""
        while self._waiting and self._waiting[0][0] + GAP_GRACE_MS <= now:
            _, name, first, last = self._waiting.popleft()
            for hole in self.senders[name].holes if name in self.senders else ():
                if hole.told is None and hole.first <= last and hole.last >= first:
                    hole.told = (0, -1)
                    self._touched.add(name)
        gaps = _runs(self._filled)
        for name in sorted(self._touched):
            gaps += _changed(name, self.senders[name].holes)
        self._filled.clear()
        self._touched.clear()
        return gaps

    def confirmation(self, name: str) -> Confirmation:
        """What came of a sender. What is below holes that were given up is settled, come or not."""
        sender = self.senders[name]
        missing = tuple((hole.first, hole.last) for hole in sender.holes)
        return Confirmation(0 if sender.is_cut else sender.lowest, sender.highest, missing, sender.newest)

    def as_plain(self) -> dict[str, Any]:
        """As JSON can hold it. Whatever `take_gaps` would give now is not in it."""
        return {
            name: [
                one.lowest,
                one.highest,
                one.newest,
                one.is_cut,
                *([h.first, h.last, h.noticed_at, h.told] for h in one.holes),
            ]
            for name, one in self.senders.items()
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "SequenceBook":
        """What `as_plain` gave."""
        book = cls()
        for name, (lowest, highest, newest, is_cut, *holes) in plain.items():
            found = [Hole(first, last, at, tuple(told) if told else None) for first, last, at, told in holes]
            book.senders[name] = Sender(lowest, highest, newest, is_cut, found)
        book._waiting = deque(
            sorted(
                (hole.noticed_at, name, hole.first, hole.last)
                for name, sender in book.senders.items()
                for hole in sender.holes
                if hole.told is None
            )
        )
        return book

    def _open_hole(self, name: str, sender: Sender, hole: Hole) -> None:
        sender.holes.append(hole)
        self._waiting.append((hole.noticed_at, name, hole.first, hole.last))
        if len(sender.holes) > HOLES_MAX:
            # Too many to remember: reported as it is, and what comes below its end is taken without being counted.
            oldest = sender.holes.pop(0)
            sender.lowest, sender.is_cut = oldest.last + 1, True
            if oldest.told is None:
                self._filled.append((name, oldest.first, oldest.noticed_at, -oldest.last - 1))

    def _below(self, name: str, sender: Sender, sequence: int, at: int) -> bool:
        """Whether the number is below all that is known of: what was first to arrive was not the first to be sent."""
        if sequence >= sender.lowest:
            return False
        if sender.lowest - sequence <= EARLIER_MAX and not sender.is_cut:
            if sequence < sender.lowest - 1:
                sender.holes.insert(0, Hole(sequence + 1, sender.lowest - 1, at))
                self._waiting.append((at, name, sequence + 1, sender.lowest - 1))
            sender.lowest = sequence
        return True

    def _restart(self, name: str, sequence: int, sent_at: int, at: int) -> str:
        """What the old counting still missed is reported for good."""
        for hole in self.senders[name].holes:
            if hole.told is None:
                self._filled.append((name, hole.first, hole.noticed_at, -hole.last - 1))
        self.senders[name] = Sender(sequence, sequence, sent_at)
        return RESTARTED

    def _fill(self, name: str, sender: Sender, sequence: int, at: int) -> bool:
        """Whether the number was in a hole; it is not any more."""
        holes = sender.holes
        place = bisect_right(holes, sequence, key=lambda hole: hole.first) - 1
        if place < 0 or holes[place].last < sequence:
            return False
        hole = holes[place]
        holes[place : place + 1] = _without(hole, sequence)
        if hole.told is not None:
            self._filled.append((name, sequence, hole.noticed_at, at))
            self._touched.add(name)
        return True


def _without(hole: Hole, sequence: int) -> list[Hole]:
    """What is left of a hole."""
    parts = ((hole.first, sequence - 1), (sequence + 1, hole.last))
    return [
        Hole(first, last, hole.noticed_at, hole.told if first == hole.first or hole.told is None else (0, -1))
        for first, last in parts
        if first <= last
    ]


def _changed(name: str, holes: Iterable[Hole]) -> list[Gap]:
    """Reported holes whose range is not the one reported last."""
    found = []
    for hole in holes:
        if hole.told is not None and hole.told != (hole.first, hole.last):
            hole.told = (hole.first, hole.last)
            found.append(Gap(name, hole.first, hole.last, hole.noticed_at))
    return found


def _runs(filled: Iterable[tuple[str, int, int, int]]) -> list[Gap]:
    """Neighbouring numbers of one hole that came are one gap, filled when the last of them came.

    An entry whose fourth value is negative is a hole given up: reported, open, up to minus that value minus one.
    """
    found: list[Gap] = []
    for name, number, noticed_at, at in sorted(filled):
        last = found[-1] if found else None
        if at < 0:
            found.append(Gap(name, number, -at - 1, noticed_at))
        elif (
            last
            and (last.sender, last.last_missing + 1, last.noticed_at) == (name, number, noticed_at)
            and last.filled_at
        ):
            found[-1] = Gap(name, last.first_missing, number, noticed_at, max(last.filled_at, at))
        else:
            found.append(Gap(name, number, number, noticed_at, at))
    return found
