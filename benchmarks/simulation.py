"""Simulated experiments with a known truth: runs with drift, engine-start and run noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from doctor.attribution.questions import gap_questions
from doctor.attribution.shapley import Floats
from doctor.schema.plan import Arm, Factor, Plan
from doctor.schema.run import EngineFacts, Run
from doctor.schema.setup import Model, Setup, Workload
from doctor.statistics.cells import cell_table
from doctor.statistics.noise import noise_floor
from doctor.statistics.rounds import Course, next_round

SETUP = Setup(model=Model(name="simulated"), workload=Workload(input_len=100, output_len=100, num_prompts=10))
REFERENCE_RATE = 1149.4
ENGINE = EngineFacts(vllm_version="0", start_s=1.0)


@dataclass(frozen=True)
class Scenario:
    """One kind of experiment. Noise levels are standard deviations of the log rate."""

    factors: int
    noise: float
    """Between runs."""
    rounds: int
    start_noise: float = 0.0
    """Between engine starts."""
    drift: float = 0.0
    """Of the whole machine, between rounds."""
    shared_starts: bool = False
    """Arms that differ only in the first factor share an engine start."""
    ends_repeated: bool = False
    """Cells between the ends are run in the first two rounds only."""
    one_start_each: bool = False
    """An arm's repeats all run in its one engine start, so that start noise cannot be seen."""
    uneven: float = 1.0
    """How many times noisier the user's arm is than the others."""
    outliers: bool = False
    """Student t noise with three degrees of freedom, of the same standard deviation."""
    triples: float = 0.0
    """Standard deviation of interactions of three factors, where cells are filled."""
    planned: bool = False
    """What is run is decided round by round, as in a check; ``rounds`` is then the most."""


def true_surface(scenario: Scenario, rng: np.random.Generator) -> Floats:
    """(2^k,) log rates: single losses up to 39 %, a factor without effect at times, pair terms.

    Up to three factors, where all cells are run, a triple term too.
    """
    k = scenario.factors
    masks = np.arange(1 << k)
    bits = [(masks >> bit & 1).astype(np.float64) for bit in range(k)]
    values: Floats = np.full(1 << k, math.log(REFERENCE_RATE))
    for bit in range(k):
        values -= rng.uniform(0.0, 0.5) * (rng.random() > 0.2) * bits[bit]
    for i, j in combinations(range(k), 2):
        values += rng.normal(0.0, 0.1) * bits[i] * bits[j]
    for three in combinations(range(k), 3):
        size = 0.05 if k == 3 else scenario.triples
        values += rng.normal(0.0, 1.0) * size * np.prod([bits[bit] for bit in three], axis=0)
    return values


def measured_cells(k: int) -> list[int]:
    """Bit masks that are run: all up to three factors, else ends, single breaks, single fixes."""
    return [m for m in range(1 << k) if k <= 3 or m.bit_count() in (0, 1, k - 1, k)]


def make_runs(scenario: Scenario, truth: Floats, rng: np.random.Generator) -> tuple[list[Run], float]:
    """The runs of one experiment, cells in random order in each round, and the rounds' mean drift."""
    ends = [0, (1 << scenario.factors) - 1]
    drifts = rng.normal(0.0, 1.0, scenario.rounds) * scenario.drift
    runs: list[Run] = []
    starts: dict[tuple[int, int], tuple[int, float]] = {}
    for repeat, drift in enumerate(drifts.tolist()):
        few = scenario.ends_repeated and repeat >= 2
        cells = rng.permutation(ends if few else measured_cells(scenario.factors)).tolist()
        for cell in sorted(cells, key=lambda c: c >> 1) if scenario.shared_starts else cells:
            group = cell >> 1 if scenario.shared_starts else cell
            key = (group, 0 if scenario.one_start_each else repeat)
            if key not in starts:
                starts[key] = (len(starts), rng.normal(0.0, 1.0) * scenario.start_noise)
            start, shared = starts[key]
            noise = _noise(scenario, rng) * (scenario.uneven if cell == ends[1] else 1.0)
            rate = math.exp(truth[cell] + drift + shared + noise)
            runs.append(_run(cell, rate, repeat, start, len(runs)))
    return runs, float(drifts.mean())


def make_planned_runs(scenario: Scenario, truth: Floats, rng: np.random.Generator) -> list[Run]:
    """The runs that the planner asks for, each in an engine start of its own, until it stops."""
    arms, factors = plan_of(scenario.factors)
    plan = Plan(arms=tuple(arms), factors=tuple(factors), seed=0, budget_s=600, most_repeats=scenario.rounds)
    runs: list[Run] = []
    for repeat in range(100):
        table, floor = cell_table(runs, arms, "measured"), noise_floor(runs)
        questions = gap_questions(table, factors)
        engines = {arm.id: arm.id for arm in arms}
        dof = floor.dof if floor else 0
        chosen = next_round(Course(plan, runs, questions, dof, engines, 600.0 - 3 * len(runs))).arms
        if not chosen:
            break
        for arm in rng.permutation(list(chosen)).tolist():
            rate = math.exp(truth[int(arm)] + _noise(scenario, rng))
            runs.append(_run(int(arm), rate, repeat, len(runs), len(runs)))
    return runs


def _noise(scenario: Scenario, rng: np.random.Generator) -> float:
    return scenario.noise * float(
        rng.standard_t(3) / math.sqrt(3) if scenario.outliers else rng.normal(0.0, 1.0)
    )


def _run(cell: int, rate: float, repeat: int, start: int, position: int) -> Run:
    return Run(
        arm=str(cell),
        repeat=repeat,
        engine_start=start,
        position=position,
        status="ok",
        wall_s=1000 / rate,
        engine=ENGINE,
        prompt_tokens=(100,) * 10,
        output_tokens=(100,) * 10,
    )


def plan_of(k: int) -> tuple[list[Arm], list[Factor]]:
    """Arms named by their bit masks, and factors named by their bits."""
    arms = []
    roles: dict[int, Literal["reference", "user", "cell"]] = {0: "reference", (1 << k) - 1: "user"}
    for cell in measured_cells(k):
        names = frozenset(str(bit) for bit in range(k) if cell >> bit & 1)
        role = roles.get(cell, "cell")
        arms.append(Arm(id=str(cell), title="", role=role, setup=SETUP, factors=names))
    return arms, [Factor(id=str(bit), title=str(bit), resource="load", changes=()) for bit in range(k)]
