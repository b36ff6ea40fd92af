"""CPU and memory of the engine's processes: the ones named, and all that they started."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

# Finding the children means looking at every process of the machine, which is by far the dearest
# part of a sample; engine processes come and go rarely.
_SAMPLES_BETWEEN_SEARCHES = 5


class ProcessTree:
    """Follows a set of processes and their descendants from sample to sample."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._roots = tuple(pids)
        self._members: dict[int, psutil.Process] = {}
        self._cpu_s: dict[int, float] = {}
        self._last_t: float | None = None
        self._samples = 0

    def read(self, t: float) -> tuple[float | None, int | None]:
        """CPU in per cent of one core since the last reading, and resident bytes now.

        Memory that the processes share is counted once for each. None, None: none of them lives.
        """
        if self._samples % _SAMPLES_BETWEEN_SEARCHES == 0 or not self._members:
            self._search()
        self._samples += 1
        used_s, resident, alive = 0.0, 0, set()
        for pid, process in list(self._members.items()):
            try:
                with process.oneshot():
                    times, memory = process.cpu_times(), process.memory_info()
            except psutil.Error:
                continue
            alive.add(pid)
            now_s = float(times.user + times.system)
            used_s += max(0.0, now_s - self._cpu_s.get(pid, now_s))
            self._cpu_s[pid] = now_s
            resident += int(memory.rss)
        self._forget_all_but(alive)
        elapsed = t - self._last_t if self._last_t is not None else None
        self._last_t = t
        if not alive:
            return None, None
        return (100 * used_s / elapsed if elapsed else None), resident

    def _search(self) -> None:
        for pid in self._roots:
            try:
                root = psutil.Process(pid)
                family = [root, *root.children(recursive=True)]
            except psutil.Error:
                continue
            for process in family:
                self._members.setdefault(process.pid, process)

    def _forget_all_but(self, alive: set[int]) -> None:
        for pid in set(self._members) - alive:
            self._members.pop(pid)
            self._cpu_s.pop(pid, None)
