"""Announced outages: announced once, then revised, merged, split and ended, each only after its hold time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from wanjia.kernels.sensing.counting import RETURNED, TERMINAL_RETURNED, middle_life
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.looking import TENTHS, Element, Model, Sight, evidence_of, speakers
from wanjia.kernels.sensing.memory import DARK, FREE, NEVER, PART, Memory
from wanjia.kernels.sensing.nouns import METER, Bools, Change, Ints, Outage

NOBODY = -1
"""Owner of a rank that is in no open outage."""
LIT_ODDS_LOG = -4.0
"""Log-likelihood ratio below which a district is lit by some device's word; silence alone does not go so low."""
BUCKET_HALF = 5 * TENTHS
"""The middle gasp is known to its bucket of 10 s, counted by the bucket's end."""


@dataclass(eq=False)
class Held:
    """An open outage with what it covers (ranks), and the better explanation that waits for its hold time."""

    outage: Outage
    key: int
    ranks: Ints
    pending: tuple[int, ...] = ()
    pending_since: int = NEVER


@dataclass(eq=False)
class Ledger:
    """`owner`[rank]: number of the open outage; `held` by number; `waiting`: key of an element not yet announced to the
    time since when it has been the best explanation; `works` and `late`: planned work under way, meters still dark
    after their district came back; `overrun`[rank]: the end of the planned window that work outlasted, ms, 0 for none.
    """

    owner: Ints
    overrun: Ints
    serial: int = 0
    held: dict[int, Held] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)
    works: dict[int, Held] = field(default_factory=dict)
    late: dict[int, Outage] = field(default_factory=dict)

    def copied(self) -> "Ledger":
        """The same, apart."""
        held = {number: replace(one) for number, one in self.held.items()}
        works = {number: replace(one) for number, one in self.works.items()}
        return Ledger(
            self.owner.copy(), self.overrun.copy(), self.serial, held, dict(self.waiting), works, dict(self.late)
        )

    def next_number(self) -> int:
        """Numbers count from 1 in order of announcement."""
        self.serial += 1
        return self.serial


def empty_ledger(districts: int) -> Ledger:
    """No outage."""
    return Ledger(np.full(districts, NOBODY, dtype=np.int32), np.zeros(districts, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Moment:
    """What a tick works on: the time in tenths since the epoch and in ms of arrival, the sight, what is planned."""

    grid: Grid
    memory: Memory
    model: Model
    sight: Sight
    covered: Bools
    now: int
    at: int
    epoch: int

    def milliseconds(self, tenths: int) -> int:
        """A time of the memory as milliseconds since 1970."""
        return self.epoch + 100 * tenths

    def ranks(self, element: Element) -> Ints:
        """Ranks of an element without those whose darkness is planned."""
        found: Ints = np.arange(element.begin, element.end, dtype=np.int32)
        return found[~self.covered[element.begin : element.end]]


def settle(ledger: Ledger, moment: Moment) -> list[Change]:
    """One tick: revises what is open, then announces what has waited long enough."""
    _notice(moment)
    _free(ledger, moment)
    elements = {element.key: element for element in moment.sight.elements}
    overlapping = {key: _owners(ledger, moment.ranks(element)) for key, element in elements.items()}
    changes = list(_revise(ledger, moment, elements, overlapping))
    free = [elements[key] for key, owners in overlapping.items() if not owners]
    changes += _announce(ledger, moment, free)
    _release(ledger, moment)
    return changes


def _notice(moment: Moment) -> None:
    """Since when each district's evidence convinces; for the settling time of an announcement."""
    memory, sight = moment.memory, moment.sight
    convincing = sight.dark > 0
    for element in sight.elements:
        convincing[element.begin : element.end] |= element.is_part
    memory.noticed[~convincing] = NEVER
    memory.noticed[convincing & (memory.noticed == NEVER)] = moment.now


def _free(ledger: Ledger, moment: Moment) -> None:
    """Since when a part of each open outage is lit again, or a dark district's terminal says that it is back.

    Districts that look lit because they never were dark say nothing of the others.
    """
    freed, counts = moment.memory.freed, moment.sight.counts
    returned = (moment.sight.dark < LIT_ODDS_LOG) & (counts[:, RETURNED] + counts[:, TERMINAL_RETURNED] > 0)
    back = (counts[:, TERMINAL_RETURNED] > 0) & (moment.memory.held == DARK)
    for held in ledger.held.values():
        back[held.ranks] |= returned[held.ranks].any()
    freed[~back] = NEVER
    freed[back & (freed == NEVER)] = moment.now


def _release(ledger: Ledger, moment: Moment) -> None:
    """Lets go of onsets that no outage needs any more: overrun work that ended, planned work that is lit."""
    memory = moment.memory
    idle = (memory.held != FREE) & (ledger.owner == NOBODY) & ~moment.covered & (moment.sight.dark < 0)
    _let_go(ledger, moment, np.flatnonzero(idle).astype(np.int32))


def _let_go(ledger: Ledger, moment: Moment, ranks: Ints) -> None:
    """These districts are lit again; their late meters are watched."""
    memory = moment.memory
    memory.back[ranks], memory.back_onset[ranks] = moment.now, memory.onset[ranks]
    memory.held[ranks], memory.onset[ranks], memory.freed[ranks] = FREE, NEVER, NEVER
    ledger.owner[ranks], ledger.overrun[ranks] = NOBODY, 0


def _owners(ledger: Ledger, ranks: Ints) -> list[int]:
    return sorted(set(ledger.owner[ranks].tolist()) - {NOBODY})


# announcing


def _announce(ledger: Ledger, moment: Moment, elements: Sequence[Element]) -> Iterator[Change]:
    waiting = {element.key: ledger.waiting.get(element.key, moment.now) for element in elements}
    ledger.waiting = waiting
    for element in elements:
        if _is_ripe(moment, element, waiting[element.key]):
            del ledger.waiting[element.key]
            held = open_outage(ledger, moment, element, None)
            yield Change("overrun" if held.outage.hint == "planned_overrun" else "announced", moment.at, held.outage)


def _is_ripe(moment: Moment, element: Element, steady: int) -> bool:
    p = moment.model.parameters
    if element.score < p.announce_odds_log:
        return False
    ranks = moment.ranks(element)
    if speakers(moment.sight, ranks) < 2:
        return False
    noticed = moment.memory.noticed[ranks]
    first = int(noticed[noticed != NEVER].min(initial=steady))
    waited, unchanged = (moment.now - first) / TENTHS, (moment.now - steady) / TENTHS
    return waited >= p.settle_seconds_max or (waited >= p.settle_seconds and unchanged >= p.steady_seconds)


def open_outage(ledger: Ledger, moment: Moment, element: Element, parent: Outage | None) -> Held:
    """A new outage for an element of the explanation."""
    ranks = moment.ranks(element)
    onset = parent.starts_at if parent else _starts_at(ledger, moment, ranks)
    number = ledger.next_number()
    blank = Outage(number, "", METER, onset, moment.at, None, (), 0, "", False, 0.0)
    held = Held(replace(blank, parent=parent.number if parent else None), element.key, ranks)
    ledger.held[number] = held
    _set(ledger, moment, held, element)
    return held


def _starts_at(ledger: Ledger, moment: Moment, ranks: Ints) -> int:
    """Middle of the districts' middle gasps, less what a gasp takes; the window's end for work that outlasted it."""
    overrun = ledger.overrun[ranks]
    if len(ranks) and overrun.min() > 0:
        return int(overrun.max())
    own = moment.sight.since[ranks[moment.sight.dark[ranks] > 0]]
    middle = int(np.sort(own)[(len(own) - 1) // 2]) if len(own) else moment.now
    delay = round(TENTHS * moment.model.parameters.gasp_delay_seconds)
    return moment.milliseconds(middle - BUCKET_HALF - delay)


def _set(ledger: Ledger, moment: Moment, held: Held, element: Element) -> None:
    """Makes an outage cover an element: districts, evidence, confidence, names; onsets are held from now on."""
    grid, memory, ranks = moment.grid, moment.memory, moment.ranks(element)
    evidence = evidence_of(moment.sight, ranks, element.margin)
    new = ranks[memory.held[ranks] == FREE]
    memory.onset[new] = np.where(moment.sight.since[new] == NEVER, moment.now, moment.sight.since[new])
    memory.held[ranks] = PART if element.is_part else DARK
    memory.back[ranks] = NEVER
    overran = bool(len(ranks)) and ledger.overrun[ranks].min() > 0
    lost = "communication_lost_too" if evidence.districts_silent else ""
    hint = "planned_overrun" if overran else "part_of_district" if element.is_part else lost
    rank = element.begin
    leaf = str(grid.network.districts.ids[grid.district[rank]])
    held.key, held.ranks, held.pending = element.key, ranks, ()
    held.outage = replace(
        held.outage,
        device_id=leaf if element.is_part else grid.device_ids[element.key],
        level=METER if element.is_part else int(grid.level[element.key]),
        districts=tuple(sorted(grid.district[ranks].tolist())),
        customers=evidence.gasped if element.is_part else int(grid.customers[ranks].sum()),
        hint=hint,
        confidence=round(element.confidence, 3),
        evidence=evidence,
    )
    ledger.owner[ranks] = held.outage.number


# revising


def _revise(
    ledger: Ledger, moment: Moment, elements: dict[int, Element], overlapping: dict[int, list[int]]
) -> Iterator[Change]:
    for number in sorted(ledger.held):
        if number not in ledger.held:
            continue  # merged just now
        held = ledger.held[number]
        signature = tuple(key for key, owners in overlapping.items() if number in owners)
        if signature == (held.key,):
            held.pending = ()
        elif _has_waited(held, signature, moment):
            yield from _apply(ledger, moment, held, [elements[key] for key in signature])


def _has_waited(held: Held, signature: tuple[int, ...], moment: Moment) -> bool:
    p = moment.model.parameters
    if held.pending_since == NEVER or held.pending != (*signature, held.key):
        held.pending, held.pending_since = (*signature, held.key), moment.now
    wait = p.revise_seconds if signature else p.end_seconds
    return moment.now - held.pending_since >= wait * TENTHS


def _apply(ledger: Ledger, moment: Moment, held: Held, elements: list[Element]) -> Iterator[Change]:
    """The largest element keeps the outage; the others are split off it; none at all ends it."""
    if not elements:
        yield end_outage(ledger, moment, held)
        return
    elements.sort(key=lambda one: (-int(moment.grid.customers[moment.ranks(one)].sum()), one.key))
    rivals = [one for one in ledger.held.values() if one is not held and one.key == elements[0].key]
    if rivals:  # an older outage covers it by now
        yield _merge(ledger, moment, held, rivals[0])
    else:
        before, covered = set(held.ranks.tolist()), held.ranks
        kept = [moment.ranks(one) for one in elements]
        _let_go(ledger, moment, np.setdiff1d(covered, np.concatenate(kept)))
        ledger.owner[covered[ledger.owner[covered] == held.outage.number]] = NOBODY
        _set(ledger, moment, held, elements[0])
        held.outage = replace(held.outage, revisions=held.outage.revisions + 1)
        yield Change(_name(before, set(held.ranks.tolist())), moment.at, held.outage)
    for element in elements[1:]:
        if not _owners(ledger, moment.ranks(element)):
            yield Change("split", moment.at, open_outage(ledger, moment, element, held.outage).outage)


def _name(before: set[int], after: set[int]) -> str:
    if after > before:
        return "grown"
    return "shrunk" if after < before else "moved"


def _merge(ledger: Ledger, moment: Moment, one: Held, other: Held) -> Change:
    """The younger is merged into the older."""
    old, young = sorted((one, other), key=lambda held: held.outage.number)
    ledger.owner[np.union1d(one.ranks, other.ranks)] = old.outage.number
    old.key, old.ranks = other.key, np.union1d(one.ranks, other.ranks).astype(np.int32)
    moved = {name: getattr(other.outage, name) for name in ("device_id", "level", "districts", "customers", "evidence")}
    starts_at = min(one.outage.starts_at, other.outage.starts_at)
    old.outage = replace(old.outage, **moved, starts_at=starts_at, revisions=old.outage.revisions + 1)
    del ledger.held[young.outage.number]
    gone = replace(young.outage, ends_at=moment.at, merged_into=old.outage.number)
    return Change("merged", moment.at, gone)


def end_outage(ledger: Ledger, moment: Moment, held: Held) -> Change:
    """All its districts are lit."""
    ends_at = came_back_at(moment, held.ranks)
    short = ends_at - held.outage.starts_at <= 1000 * moment.model.parameters.momentary_seconds
    hint = "momentary" if short and not held.outage.planned else held.outage.hint
    mine = held.ranks[(ledger.owner[held.ranks] == held.outage.number) | held.outage.planned]
    _let_go(ledger, moment, mine)
    ledger.held.pop(held.outage.number, None)
    held.outage = replace(held.outage, ends_at=max(ends_at, held.outage.starts_at), hint=hint)
    return Change("planned_ended" if held.outage.planned else "ended", moment.at, held.outage)


def came_back_at(moment: Moment, ranks: Ints) -> int:
    """Middle over the districts of the middle of their devices' first words after the outage, milliseconds."""
    grid, memory = moment.grid, moment.memory
    found = []
    for r in ranks.tolist():
        begin, end = int(grid.first_meter[r]), int(grid.first_meter[r + 1])
        life = middle_life(memory.cells, begin, end, memory.onset[r])
        if life == NEVER:
            life = middle_life(memory.cells, grid.meters + r, grid.meters + r + 1, memory.onset[r])
        if life != NEVER:
            found.append(life)
    return moment.milliseconds(sorted(found)[(len(found) - 1) // 2]) if found else moment.at
