"""Which cases are tried: every fault alone, pairs and triples of them, set-ups without any."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import combinations

from benchmarks.faults.catalogue import DECOYS, FAULTS, FEW_IN_FLIGHT, MORE_WORK, Fault, Settings


@dataclass(frozen=True)
class Case:
    """A set-up with its faults and the harmless difference beside them."""

    id: str
    faults: tuple[Fault, ...]
    decoy: Settings


def draw(seed: int, pairs: int, triples: int, sound: int) -> list[Case]:
    """The same cases for the same ``seed``, in an order that mixes the kinds."""
    random_ = random.Random(seed)
    chosen: list[tuple[Fault, ...]] = [(one,) for one in FAULTS]
    chosen += _sample(random_, 2, pairs) + _sample(random_, 3, triples)
    chosen += [() for _ in range(sound)]
    cases = [_case(random_, number, faults) for number, faults in enumerate(chosen)]
    random_.shuffle(cases)
    return cases


def _sample(random_: random.Random, size: int, count: int) -> list[tuple[Fault, ...]]:
    """Faults that can stand together; each of them about as often."""
    possible = [one for one in combinations(FAULTS, size) if _together(one)]
    random_.shuffle(possible)
    used = dict.fromkeys((one.id for one in FAULTS), 0)
    taken = []
    for _ in range(count):
        rarest = min(possible, key=lambda faults: sum(used[one.id] for one in faults))
        possible.remove(rarest)
        taken.append(rarest)
        for one in rarest:
            used[one.id] += 1
    return taken


def _together(faults: tuple[Fault, ...]) -> bool:
    """No two on one line of the ledger: the sum alone would be told."""
    return len({one.line for one in faults}) == len(faults)


def _case(random_: random.Random, number: int, faults: tuple[Fault, ...]) -> Case:
    free = [one for one in DECOYS if _is_harmless(one, faults)]
    has_decoy = len(faults) < 3 and (not faults or random_.random() < 0.5)
    decoy = random_.choice(free) if has_decoy else {}
    name = "+".join(one.id for one in faults) or "sound"
    return Case(f"{number:02}-{name}", faults, decoy)


def _is_harmless(decoy: Settings, faults: tuple[Fault, ...]) -> bool:
    """It costs nothing beside these faults, and stands on none of their lines."""
    taken = {name for one in faults for name in one.settings}
    if taken & set(decoy) or ("temperature" in decoy and "top_p" in taken):
        return False
    return not (set(MORE_WORK) & set(decoy) and {one.id for one in faults} & set(FEW_IN_FLIGHT))
