"""What is gained from the user's setup by putting factors back."""

from __future__ import annotations

import numpy as np

from doctor.attribution.surface import Surface
from doctor.schema.ledger import Fix

METHOD = "difference of two cells; delta method, t"


def fix_one(surface: Surface) -> tuple[Fix, ...]:
    """Each player put back alone, the largest gain first."""
    fixes = [_fix(surface, 1 << bit) for bit in range(len(surface.game.players))]
    return tuple(sorted(fixes, key=lambda fix: -fix.gain_tokens_per_s.estimate))


def fix_all(surface: Surface) -> Fix | None:
    """All players put back at once; None where there is none."""
    return _fix(surface, surface.game.everyone) if surface.game.players else None


def _fix(surface: Surface, bits: int) -> Fix:
    user = surface.game.everyone
    before, after = surface.rate(user), surface.rate(user ^ bits)
    gradient = np.zeros(len(surface.values))
    gradient[user ^ bits] += after
    gradient[user] -= before
    players = [player for bit, player in enumerate(surface.game.players) if bits >> bit & 1]
    return Fix(
        factors=tuple(sorted(factor for player in players for factor in player.factors)),
        gain_tokens_per_s=surface.interval(after - before, gradient, METHOD),
        gain_fraction=after / before - 1.0,
    )
