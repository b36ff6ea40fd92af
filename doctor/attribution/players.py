"""Who shares the gap: single factors, or factors joined by the resource that they act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from doctor.schema.plan import Factor

MAX_SINGLE = 5
"""Up to so many factors each stands for itself; more are grouped by resource."""
MAX_PLAYERS = 10
"""More lines than this are no explanation, and the table of cells doubles with each."""

Cell = frozenset[str]


@dataclass(frozen=True)
class Player:
    """One line of the ledger: a factor, or the factors of one resource that were only run together."""

    id: str
    title: str
    factors: Cell


@dataclass(frozen=True)
class Game:
    """The players and their groups (indices of players)."""

    players: tuple[Player, ...]
    groups: tuple[tuple[int, ...], ...]

    @property
    def everyone(self) -> int:
        """The bit mask of the user's cell."""
        return (1 << len(self.players)) - 1

    def mask(self, cell: Cell) -> int | None:
        """The bit mask of a cell; None where a joined player's factors stand at different values."""
        found = 0
        for bit, player in enumerate(self.players):
            if player.factors <= cell:
                found |= 1 << bit
            elif player.factors & cell:
                return None
        return found

    def cells(self) -> list[Cell]:
        """All 2^k cells, as sets of factors, in the order of their bit masks."""
        return [
            frozenset().union(*(p.factors for bit, p in enumerate(self.players) if mask >> bit & 1))
            for mask in range(1 << len(self.players))
        ]

    def needed(self) -> dict[int, str]:
        """The cells without which nothing is split: both ends, single breaks, single fixes."""
        cells = {0: "the reference arm", self.everyone: "the user's arm"}
        named = [(1 << bit, player.title) for bit, player in enumerate(self.players)]
        for group in self.groups:
            if len(group) > 1:
                titles = " and ".join(self.players[bit].title for bit in group)
                named.append((sum(1 << bit for bit in group), titles))
        for mask, title in named:
            cells.setdefault(mask, f"only {title} at the user's value")
            cells.setdefault(self.everyone ^ mask, f"only {title} at the reference's value")
        return cells

    def lacking(self, measured: Set[Cell]) -> tuple[str, ...]:
        """The needed cells that are not among the measured ones, in words."""
        masks = {self.mask(cell) for cell in measured}
        return tuple(title for mask, title in self.needed().items() if mask not in masks)


def joined(factors: Sequence[Factor]) -> Game:
    """All factors as one player: what both ends alone can tell."""
    title = factors[0].title if len(factors) == 1 else f"All {len(factors)} differences together"
    identity = factors[0].id if len(factors) == 1 else "together"
    return Game((Player(identity, title, frozenset(factor.id for factor in factors)),), ((0,),))


def game_of(factors: Sequence[Factor], measured: Set[Cell] | Mapping[Cell, object]) -> Game:
    """Players and groups for ``factors``, given the cells that were measured.

    Up to ``MAX_SINGLE`` factors: each for itself. More: grouped by resource; a group whose
    members were not also run singly is one player.
    """
    if len(factors) <= MAX_SINGLE:
        single = tuple(Player(f.id, f.title, frozenset({f.id})) for f in factors)
        return Game(single, tuple((bit,) for bit in range(len(single))))
    everything = frozenset(factor.id for factor in factors)
    by_resource: dict[str, list[Factor]] = {}
    for factor in factors:
        by_resource.setdefault(factor.resource, []).append(factor)
    players: list[Player] = []
    groups: list[tuple[int, ...]] = []
    for resource, members in by_resource.items():
        own = [Player(f.id, f.title, frozenset({f.id})) for f in members]
        if len(own) > 1 and not all(
            p.factors in measured and everything - p.factors in measured for p in own
        ):
            together = frozenset(f.id for f in members)
            own = [Player(resource, " + ".join(f.title for f in members), together)]
        groups.append(tuple(range(len(players), len(players) + len(own))))
        players.extend(own)
    return Game(tuple(players), tuple(groups))
