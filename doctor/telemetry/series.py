"""A series that never outgrows its bound."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class BoundedSeries(Generic[Item]):
    """Keeps evenly spaced items.

    When it is full, every second one is dropped and only every second is taken from then on, so that a run
    of any length is covered from its beginning to its end, with at least half of the bound.
    """

    def __init__(self, bound: int) -> None:
        if bound < 2:
            raise ValueError("a series needs room for two items")
        self._bound = bound
        self._items: list[Item] = []
        self._offered = 0
        self._stride = 1
        self._lock = threading.Lock()

    def add(self, item: Item) -> None:
        """Offer the next item; it is kept if it falls on the stride."""
        with self._lock:
            if self._offered % self._stride == 0:
                if len(self._items) == self._bound:
                    self._items = self._items[::2]
                    self._stride *= 2
                if self._offered % self._stride == 0:
                    self._items.append(item)
            self._offered += 1

    def items(self) -> tuple[Item, ...]:
        """What is kept, in the order in which it came."""
        with self._lock:
            return tuple(self._items)
