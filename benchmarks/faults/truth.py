"""What each fault of a case costs: the full factorial of them, measured by the program itself."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from itertools import combinations, permutations
from pathlib import Path

from benchmarks.faults.catalogue import SOUND, Fault, spoilt
from benchmarks.faults.draw import Case
from benchmarks.faults.engine import Programs, busy
from benchmarks.faults.program import program

RUNS = 2
Cells = dict[str, list[float]]
"""Output tok/s of every run, by the ids of the cell's faults joined with "+"."""


def measured_cells(case: Case, model: Path, folder: Path, programs: Programs, known: Cells) -> Cells:
    """Every combination of the faults that a program or a machine can have, in interleaved rounds.

    ``known`` cells, measured for the published figure and the user's, are not measured again where they
    are all there is: a single fault has the whole gap, whatever it is.
    """
    toggled = on_the_users_side(case)
    subsets = [chosen for size in range(len(toggled) + 1) for chosen in combinations(toggled, size)]
    cells: Cells = {cell_id(chosen): list(known.get(cell_id(chosen), ())) for chosen in subsets}
    if len(case.faults) < 2 and all(cells.values()):
        return cells
    for _ in range(RUNS):
        for chosen in subsets:
            if not chosen and len(known.get("", ())) >= RUNS:
                continue
            path = folder / f"cell-{cell_id(chosen) or 'sound'}.py"
            path.write_text(source(case, chosen, model))
            with busy(any(one.place == "machine" for one in chosen)):
                cells[cell_id(chosen)].append(programs.run(path))
    return cells


def on_the_users_side(case: Case) -> tuple[Fault, ...]:
    """The faults that act on what the user's program does, rather than on the published figure."""
    return tuple(one for one in case.faults if one.place in ("setting", "program", "machine"))


def source(case: Case, chosen: tuple[Fault, ...], model: Path) -> str:
    """The program with the chosen faults and, where it has any, the case's harmless difference."""
    decoy = case.decoy if chosen else {}
    ids = [one.id for one in chosen if one.place == "program"]
    return program(str(model), spoilt(chosen, decoy), ids)


def costs(case: Case, cells: Cells, published: list[float]) -> dict[str, float]:
    """What each fault does to the rate, as a natural logarithm; below zero it costs.

    ``published``: the runs behind the published figure in output tok/s, inflated or not. Faults of
    settings, programs and machines share by Shapley's value over all orders in which they could
    have come; the inflation and the counting act on the published figure alone.
    """
    level = {key: statistics.fmean(math.log(one) for one in runs) for key, runs in cells.items()}
    toggled = on_the_users_side(case)
    found = _shapley([one.id for one in toggled], lambda chosen: level["+".join(sorted(chosen))])
    for one in case.faults:
        if one.place == "publication":
            found[one.id] = level[""] - statistics.fmean(math.log(rate) for rate in published)
        if one.place == "counting":
            found[one.id] = math.log(SOUND["output_len"] / (SOUND["input_len"] + SOUND["output_len"]))
    return found


def _shapley(players: list[str], worth: Callable[[tuple[str, ...]], float]) -> dict[str, float]:
    orders = list(permutations(players))
    total = dict.fromkeys(players, 0.0)
    for order in orders:
        for place, player in enumerate(order):
            total[player] += worth(order[: place + 1]) - worth(order[:place])
    return {player: value / len(orders) for player, value in total.items()}


def cell_id(chosen: tuple[Fault, ...]) -> str:
    """The faults of a cell in one word; empty for the sound one."""
    return "+".join(sorted(one.id for one in chosen))
