"""The requests of a replay and the KV blocks they hold, between two steps.

Decoding is kept lazily: a decoding request's computed tokens are ``step + base``, and it needs a
block whenever that is a multiple of the block size.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence

import numpy as np

from doctor.performance.free_blocks import FreeBlocks
from doctor.performance.schedule import Job, Rules

EVERYBODY = -2
"""Owner of the free blocks that hold the prompt which all requests share."""


class RequestState:
    """Running and waiting requests, their tokens, and their blocks."""

    def __init__(self, rules: Rules, jobs: Sequence[Job]) -> None:
        self.rules = rules
        self.jobs = jobs
        self.step = 0
        self.preemptions = 0
        self.running: list[int] = []
        self.waiting: deque[int] = deque()
        self._size = rules.block_size
        self._seats = rules.max_num_seqs
        self._caching = rules.enable_prefix_caching
        self._total = rules.num_gpu_blocks - 1
        self._free = FreeBlocks(self._total)
        self._finished = 0
        count = len(jobs)
        self._prompt = [job.prompt_tokens for job in jobs]
        self._shareable = [
            max(0, job.shared_tokens - 1) // rules.block_size if self._caching else 0 for job in jobs
        ]
        """By job: blocks of the common prompt that it may take over; the last token is computed."""
        self._outputs = [0] * count
        self._base = [0] * count
        self._first_token = np.full(count, -1, dtype=np.int64)
        self._finish = np.full(count, -1, dtype=np.int64)
        self._last_step = [-1] * count
        self._decodes = 0
        self._base_sum = 0
        self._due = [0] * self._size
        self._finishing: list[tuple[int, int]] = []
        self._by_length: list[tuple[int, int]] = []
        """A heap of (−base, job); entries of requests that no longer decode are dropped when met."""
        self._partial: tuple[int, int] | None = None
        self._shared_by = 0

    @property
    def blocks_in_use(self) -> int:
        """KV blocks held by running requests."""
        return self._total - self._free.count

    def _shared_hit(self, job: int) -> int:
        """Tokens of the common prompt that are cached: held by others, or free and not yet reused."""
        most = self._shareable[job]
        if most and not self._shared_by:
            most = min(most, self._free.findable(EVERYBODY))
        return most * self._size

    def _own_hit(self, job: int, shared: int) -> int:
        """Tokens of its own that a preempted request finds again, after ``shared`` ones."""
        found = self._free.findable(job) if self._caching else 0
        if not found or shared < self._shareable[job] * self._size:
            return 0
        most = (self._length(job) - 1) // self._size - shared // self._size
        return max(0, min(found, most)) * self._size

    def _release(self, job: int, computed: int, owner: int | None) -> None:
        """Give a request's blocks back; those it shares stay while another one holds them."""
        held = self._blocks(computed)
        hashed = computed // self._size if self._caching else 0
        shared = min(hashed, self._shareable[job])
        self._free.give(held - shared, hashed - shared, owner)
        if self.jobs[job].shared_tokens:
            self._shared_by -= 1
        if shared and not self._shared_by:
            self._free.give(shared, shared, EVERYBODY)

    def _length(self, job: int) -> int:
        return self._prompt[job] + self._outputs[job]

    def _blocks(self, tokens: int) -> int:
        return -(-tokens // self._size)

    def _emit_first(self, job: int) -> None:
        """The step that completes a prompt gives a token; from the next step on it decodes."""
        length = self._length(job)
        if self._first_token[job] < 0:
            self._first_token[job] = self.step
        self._outputs[job] += 1
        self._base[job] = length - (self.step + 1)
        self._base_sum += self._base[job]
        self._decodes += 1
        self._due[-self._base[job] % self._size] += 1
        last = self.step + self.jobs[job].output_tokens - self._outputs[job]
        self._last_step[job] = last
        heapq.heappush(self._finishing, (last, job))
        heapq.heappush(self._by_length, (-self._base[job], job))

    def _finish_due(self) -> None:
        """Release the requests whose last token came in the step before ``self.step``."""
        while self._finishing and self._finishing[0][0] < self.step:
            last, job = heapq.heappop(self._finishing)
            if self._last_step[job] != last:
                continue
            computed = self._base[job] + self.step
            self._drop_decode(job)
            self._release(job, computed, None)
            self.running.remove(job)
            self._finish[job] = last
            self._finished += 1

    def _preempt_last(self) -> None:
        job = self.running.pop()
        self.preemptions += 1
        if self._partial and self._partial[0] == job:
            computed = self._partial[1]
            self._partial = None
        else:
            computed = self._base[job] + self.step
            self._outputs[job] = computed - self._prompt[job] + 1
            self._drop_decode(job)
        self._release(job, computed, job)
        self.waiting.appendleft(job)

    def _drop_decode(self, job: int) -> None:
        self._decodes -= 1
        self._base_sum -= self._base[job]
        self._due[-self._base[job] % self._size] -= 1
        self._last_step[job] = -1

    def _context(self) -> int:
        return self._base_sum + self._decodes * (self.step + 1)

    def _longest(self) -> int:
        """Context tokens of the longest decoding request, the new token included; 0 without one."""
        heap = self._by_length
        while heap and (self._last_step[heap[0][1]] < 0 or self._base[heap[0][1]] != -heap[0][0]):
            heapq.heappop(heap)
        return self.step + 1 - heap[0][0] if heap else 0

    def _due_from_here(self) -> list[int]:
        """How many requests need a block in each of the next ``block_size`` steps."""
        slot = self.step % self._size
        return self._due[slot:] + self._due[:slot]

    def _blocks_due(self, steps: int) -> int:
        """Blocks that decoding takes in the next ``steps`` steps."""
        full, rest = divmod(steps, self._size)
        return full * self._decodes + (sum(self._due_from_here()[:rest]) if rest else 0)

    def _steps_until_short(self, most: int) -> int:
        """Steps, ``most`` at most, in which decoding finds all the blocks it needs."""
        full, left = divmod(self._free.count, self._decodes)
        steps = full * self._size
        if steps >= most:
            return most
        for due in self._due_from_here():
            left -= due
            if left < 0:
                return min(steps, most)
            steps += 1
        return most
