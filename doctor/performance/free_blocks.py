"""vLLM's queue of free KV blocks, as runs of blocks rather than single ones.

Only one thing about a free block matters here: whether a preempted request would still find
its own prefix in it. Blocks with a hash go to the back of the queue, last block of a request
first, so that its prefix survives longest; blocks without go to the front
(``vllm/v1/core/block_pool.py`` ``free_blocks``, 0.32.0).
"""

from __future__ import annotations

from collections import deque

_NOBODY = -1


class FreeBlocks:
    """Free blocks in the order in which they will be handed out."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._runs: deque[list[int]] = deque([[_NOBODY, count]])
        self._owned: dict[int, list[int]] = {}

    def take(self, count: int) -> None:
        """Hand out blocks from the front; what they held is forgotten."""
        self.count -= count
        while count:
            run = self._runs[0]
            if run[1] > count:
                run[1] -= count
                return
            count -= run[1]
            self._runs.popleft()
            if run[0] != _NOBODY:
                self._owned.pop(run[0], None)

    def give(self, count: int, hashed: int, owner: int | None = None) -> None:
        """Take back ``count`` blocks, of which ``hashed`` are full and findable by ``owner``."""
        self.count += count
        if count > hashed:
            self._runs.appendleft([_NOBODY, count - hashed])
        if hashed:
            run = [_NOBODY if owner is None else owner, hashed]
            self._runs.append(run)
            if owner is not None:
                self._owned[owner] = run

    def findable(self, owner: int) -> int:
        """Leading blocks of that request that are still here."""
        run = self._owned.get(owner)
        return run[1] if run else 0

    def reclaim(self, owner: int, count: int) -> None:
        """Give ``owner`` its ``count`` leading blocks back, out of the middle of the queue."""
        self.count -= count
        run = self._owned.pop(owner)
        run[0], run[1] = _NOBODY, run[1] - count
