"""Small planning problems by chance: modes, shared districts, every kind of demand."""

import numpy as np

from wanjia.kernels.planning.problem import Problem


def small_problem(
    seed: int, works: int = 4, slots: int = 8, modes: int = 2, scenarios: int = 3, tight: float = 1.0
) -> Problem:
    """A problem with some of everything; `tight` above 1 makes the limits of resources narrower."""
    chance = np.random.default_rng(seed)
    atoms, resources, per_day = int(chance.integers(0, 4)), int(chance.integers(1, 3)), 3
    counts = chance.integers(1, scenarios + 1, slots)
    scenario_begin = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    has_risk, has_level = bool(chance.random() < 0.7), atoms > 0
    option_begin, rows, uses, darks, risks = [0], [], [], [], []
    for _ in range(works):
        for mode in range(int(chance.integers(1, modes + 1))):
            for start in range(slots - 1):
                duration = int(chance.integers(1, min(4, slots - start) + 1))
                if chance.random() < 0.4 and len(rows) > option_begin[-1]:
                    continue
                rows.append((start, duration, mode))
                uses.append(_uses(chance, resources, start, duration, slots))
                darks.append(_darks(chance, atoms, duration))
                span = int(scenario_begin[start + duration] - scenario_begin[start])
                risks.append(chance.integers(0, 20, span).astype(float) if has_risk else np.zeros(0))
        option_begin.append(len(rows))
    start, duration, mode = np.array(rows, dtype=np.int32).T
    groups = [chance.choice(atoms, 2, replace=False)] if atoms >= 2 else []
    pairs = np.array([chance.choice(works, 2, replace=False) for _ in range(2)], dtype=np.int32)
    waits = np.array([[*chance.choice(works, 2, replace=False), chance.integers(0, 2)]], dtype=np.int32)
    return Problem(
        slots=slots,
        option_begin=np.array(option_begin, dtype=np.int32),
        start=start,
        duration=duration,
        mode=mode.astype(np.int16),
        use_begin=_begins(uses),
        use_cell=np.array([cell for use in uses for cell, _ in use], dtype=np.int32),
        use_amount=np.array([amount for use in uses for _, amount in use], dtype=np.float64),
        least=np.where(chance.random(resources * slots) < 0.03 * tight, 0.5, 0.0),
        most=chance.choice([3.0, 4.0, np.inf], resources * slots) / tight,
        scenario_begin=scenario_begin,
        risk_begin=_begins(risks),
        risk=np.concatenate(risks),
        dark_begin=_begins(darks),
        dark_atom=np.array([dark[0] for one in darks for dark in one], dtype=np.int32),
        dark_from=np.array([dark[1] for one in darks for dark in one], dtype=np.int16),
        dark_until=np.array([dark[2] for one in darks for dark in one], dtype=np.int16),
        atom_weight=chance.integers(0, 9, atoms).astype(float),
        level=chance.integers(1, 5, int(scenario_begin[-1])).astype(float) if has_level else np.zeros(0),
        day_of_slot=(np.arange(slots) // per_day).astype(np.int32),
        dark_days_most=chance.integers(-1, 3, atoms).astype(np.int32),
        never_all_begin=_begins(groups),
        never_all_atom=np.array([atom for group in groups for atom in group], dtype=np.int32),
        exclusion=pairs,
        exclusion_mask=chance.integers(0, 2, len(pairs)).astype(np.int32),
        masks=chance.random((2, slots)) < 0.5,
        precedence=waits if chance.random() < 0.5 else waits[:0],
        mean_share=float(chance.choice([0.3, 0.5, 1.0])),
        quantile=float(chance.choice([0.5, 0.8, 0.95])),
    )


def any_choice(problem: Problem, seed: int) -> np.ndarray:
    """One option for each work."""
    return np.random.default_rng(seed).integers(problem.option_begin[:-1], problem.option_begin[1:])


def _begins(rows: list) -> np.ndarray:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)


def _uses(chance: np.random.Generator, resources: int, start: int, duration: int, slots: int) -> list:
    return [
        (resource * slots + slot, float(chance.integers(1, 4)) / 2)
        for resource in range(resources)
        for slot in range(start, start + duration)
        if chance.random() < 0.7
    ]


def _darks(chance: np.random.Generator, atoms: int, duration: int) -> list:
    found = []
    for atom in range(atoms):
        if chance.random() < 0.5:
            begin = int(chance.integers(0, duration))
            found.append((atom, begin, int(chance.integers(begin + 1, duration + 1))))
    return found
