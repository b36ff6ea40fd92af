"""A replay of vLLM's V1 scheduler: which requests run in which step.

The rules are those of ``vllm/v1/core/sched/scheduler.py`` (0.32.0; the same in all V1 releases
but for what :class:`~doctor.performance.schedule.Rules` switches):

1. Running requests come first, in order. One that needs a block when none is free preempts
   the last running request, which loses its blocks and goes to the head of the queue.
2. Waiting requests are admitted in order while tokens of the budget, seats and blocks remain,
   and only in a step that preempted nobody.
3. Prompt chunks and decodes share one token budget.

Decoding is kept lazily: a decoding request's computed tokens are ``step + base``, and it needs
a block whenever that is a multiple of the block size, so a step costs the same with 1 or 1000
running requests, and quiet stretches are skipped at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

import numpy as np

from doctor.errors import UsageError
from doctor.performance.request_state import EVERYBODY, RequestState
from doctor.performance.schedule import Job, Rules, Schedule, Steps

StepClock = Callable[[int, int, int, Sequence[tuple[int, int]]], tuple[float, float]]
"""(decodes, context, longest context, chunks of (new, cached)) → seconds of the step, and by how much each
further step of the same decoding batch is longer."""

_LONGEST_TIMED_STRETCH = 64


class Replay(RequestState):
    """The state of the scheduler between two steps."""

    def __init__(
        self,
        rules: Rules,
        jobs: Sequence[Job],
        *,
        max_concurrency: int | None = None,
        clock: StepClock | None = None,
    ) -> None:
        super().__init__(rules, jobs)
        self.now_s = 0.0
        self.steps = Steps()
        self._clock = clock
        self._start_s: list[float] = []
        self._watermark = int(rules.watermark * rules.num_gpu_blocks)
        self._budget = rules.max_num_batched_tokens
        self._whole_prompts = rules.reserve_full_prompt and rules.enable_chunked_prefill
        self._concurrency = max_concurrency or len(jobs)
        self._offered = 0
        self._offered_at = np.zeros(len(jobs), dtype=np.int64)
        self._offer()

    @property
    def done(self) -> bool:
        """All requests have finished."""
        return self._finished == len(self.jobs)

    def run(self, *, skip: bool = True) -> Schedule:
        """Replay to the end; ``skip`` False takes every step by itself (same result, slower)."""
        while not self.done:
            self.advance()
            if skip:
                self.skip()
        return Schedule(
            steps=self.steps,
            first_token_step=self._first_token,
            finish_step=self._finish,
            offered_step=self._offered_at,
            output_tokens=np.asarray([job.output_tokens for job in self.jobs], dtype=np.int64),
            preemptions=self.preemptions,
            peak_running=max(self.steps.running, default=0),
            peak_blocks=max(self.steps.blocks, default=0),
            rules=self.rules,
            start_s=np.array(self._start_s) if self._clock else None,
        )

    def advance(self) -> None:
        """Take one step."""
        self._wait_for_arrivals()
        preempted_before = self.preemptions
        budget = self._schedule_decodes()
        context, longest = self._context(), self._longest()
        decodes = self._decodes
        chunks: list[tuple[int, int]] = []
        completed: list[int] = []
        self._continue_prefill(budget, chunks, completed)
        if self.preemptions == preempted_before:
            self._admit(budget - sum(n for n, _ in chunks), chunks, completed)
        if not decodes and not chunks and self.preemptions == preempted_before:
            self._refuse_stuck()
        self._record(1, decodes, context, longest, self.preemptions - preempted_before, chunks)
        for job in completed:
            self._emit_first(job)
        self._move(1)

    def skip(self) -> None:
        """Take all steps in which nothing happens but decoding, at once."""
        if not self._decodes or self._partial or self._head_fits():
            return
        while self._finishing and self._last_step[self._finishing[0][1]] != self._finishing[0][0]:
            heapq.heappop(self._finishing)
        count = self._steps_until_short(self._finishing[0][0] - self.step + 1)
        if self._clock and self._offered < len(self.jobs):
            count = min(count, self._steps_until_arrival())
        if count <= 0:
            return
        self._free.take(self._blocks_due(count))
        self._record(count, self._decodes, self._context(), self._longest(), 0, [])
        self._move(count)

    def _move(self, steps: int) -> None:
        """Go on by so many steps: what has finished leaves, and the client may offer more."""
        self.step += steps
        if self._finishing and self._finishing[0][0] < self.step:
            self._finish_due()
        if self._offered < len(self.jobs):
            self._offer()

    def _schedule_decodes(self) -> int:
        """Give every decoding request its slot, preempting from the tail; the budget left."""
        slot = self.step % self._size
        while self._due[slot] > self._free.count:
            self._preempt_last()
        self._free.take(self._due[slot])
        return self._budget - self._decodes

    def _continue_prefill(self, budget: int, chunks: list[tuple[int, int]], completed: list[int]) -> None:
        if self._partial is None or budget <= 0:
            return
        job, computed = self._partial
        length = self._length(job)
        new = min(length - computed, budget)
        need = self._blocks(computed + new) - self._blocks(computed)
        if need > self._free.count:
            self._preempt_last()
            return
        self._free.take(need)
        self._prefill(job, computed, new, chunks, completed)

    def _admit(self, budget: int, chunks: list[tuple[int, int]], completed: list[int]) -> None:
        free, size = self._free, self._size
        while budget > 0 and self._head_fits(budget):
            job = self.waiting.popleft()
            shared = self._shared_hit(job)
            own = self._own_hit(job, shared)
            computed = shared + own
            new = min(self._length(job) - computed, budget)
            if own:
                free.reclaim(job, own // size)
            if shared and not self._shared_by:
                free.reclaim(EVERYBODY, shared // size)
            free.take(-(-(computed + new) // size) - computed // size)
            if self.jobs[job].shared_tokens:
                self._shared_by += 1
            self.running.append(job)
            self._prefill(job, computed, new, chunks, completed)
            budget -= new

    def _head_fits(self, budget: int | None = None) -> bool:
        """Whether the head of the queue would be admitted, given seats and blocks (and budget)."""
        if not self.waiting or len(self.running) >= self._seats:
            return False
        left = self._budget - self._decodes if budget is None else budget
        if left <= 0:
            return False
        job = self.waiting[0]
        watermark = self._watermark if self.running else 0
        if self._whole_prompts and not self._shareable[job]:
            return self._blocks(self._length(job)) + watermark <= self._free.count
        return self._fits_in_part(job, left, watermark)

    def _fits_in_part(self, job: int, left: int, watermark: int) -> bool:
        """The same where only the first chunk must fit, or part of the prompt may be cached."""
        length = self._length(job)
        shared = self._shared_hit(job)
        to_compute = length - shared - self._own_hit(job, shared)
        if not self.rules.enable_chunked_prefill and to_compute > left:
            return False
        whole = self.rules.reserve_full_prompt
        reach = length if whole else length - to_compute + min(to_compute, left)
        in_use = shared // self._size if self._shared_by else 0
        return self._blocks(reach) - in_use + watermark <= self._free.count

    def _prefill(
        self, job: int, computed: int, new: int, chunks: list[tuple[int, int]], completed: list[int]
    ) -> None:
        chunks.append((new, computed))
        if computed + new < self._length(job):
            self._partial = (job, computed + new)
        else:
            self._partial = None
            completed.append(job)

    def _record(
        self,
        count: int,
        decodes: int,
        context: int,
        longest: int,
        preempted: int,
        chunks: list[tuple[int, int]],
    ) -> None:
        steps = self.steps
        for new, cached in chunks:
            steps.chunk_step.append(len(steps.count))
            steps.chunk_new.append(new)
            steps.chunk_cached.append(cached)
        steps.count.append(count)
        steps.decodes.append(decodes)
        steps.context.append(context)
        steps.longest.append(longest)
        steps.running.append(len(self.running))
        steps.waiting.append(len(self.waiting))
        steps.blocks.append(self._total - self._free.count)
        steps.preempted.append(preempted)
        if self._clock:
            first, growth = self._clock(decodes, context, longest, chunks)
            self._start_s.append(self.now_s)
            self.now_s += count * first + growth * count * (count - 1) / 2

    def _offer(self) -> None:
        """Hand over requests: as the client's concurrency allows, once they have arrived."""
        while self._offered < len(self.jobs) and self._offered - self._finished < self._concurrency:
            if self._clock and self.jobs[self._offered].arrival_s > self.now_s:
                return
            self.waiting.append(self._offered)
            self._offered_at[self._offered] = self.step
            self._offered += 1

    def _wait_for_arrivals(self) -> None:
        if not self.running and not self.waiting:
            self.now_s = max(self.now_s, self.jobs[self._offered].arrival_s)
            self._offer()

    def _steps_until_arrival(self) -> int:
        """Steps that surely start before the next arrival is noticed; short, so that it is noticed."""
        assert self._clock is not None
        if self._offered - self._finished >= self._concurrency:
            return _LONGEST_TIMED_STRETCH
        first, growth = self._clock(self._decodes, self._context(), self._longest(), ())
        wait = self.jobs[self._offered].arrival_s - self.now_s
        longest = first + growth * _LONGEST_TIMED_STRETCH
        return min(_LONGEST_TIMED_STRETCH, int(wait / longest)) if wait > 0 else 0

    def _refuse_stuck(self) -> None:
        job = self.jobs[self.waiting[0]]
        raise UsageError(
            f"A request of {job.prompt_tokens} prompt and {job.output_tokens} output tokens does not fit"
            f" {self._total * self._size} tokens of KV cache",
            next_step="Shorten the request, raise gpu_memory_utilization, or take a larger GPU",
        )


def replay(
    rules: Rules,
    jobs: Sequence[Job],
    *,
    max_concurrency: int | None = None,
    clock: StepClock | None = None,
) -> Schedule:
    """Replay the scheduler over these jobs. Arrival times count only where there is a clock."""
    return Replay(rules, jobs, max_concurrency=max_concurrency, clock=clock).run()
