"""How many requests an arm really has in flight, and how few prompts show its rate."""

from __future__ import annotations

from doctor.schema.setup import Setup, Workload

FEWEST_PROMPTS = 8
WAVES = 3
"""Prompts over sequences in flight: with three waves and more, ramp and tail stay small
(rule from benchmarking practice; the share that remains is measured and reported)."""


def sequences_in_flight(setup: Setup, kv_cache_tokens: int | None) -> int:
    """The most requests that can run at once: offered, allowed, and fitting KV memory.

    ``kv_cache_tokens`` None: KV memory is not known to bind.
    """
    workload = setup.workload
    per_request = setup.sampling.n
    bounds = [workload.num_prompts, workload.max_concurrency or workload.num_prompts]
    if setup.engine.max_num_seqs is not None:
        bounds.append(max(1, setup.engine.max_num_seqs // per_request))
    if kv_cache_tokens is not None:
        tokens = workload.input_len + per_request * workload.output_len
        bounds.append(max(1, kv_cache_tokens // tokens))
    return max(1, min(bounds))


def shortened(workload: Workload, in_flight: int, *, steps: int = 0) -> Workload:
    """The workload with no more prompts than its steady rate needs.

    ``steps``: how many output tokens one place in the batch is to make one after the other, at
    least; short outputs then take more waves, so that a run does not end before it can be timed.
    """
    waves = max(WAVES, -(-steps // workload.output_len))
    enough = max(FEWEST_PROMPTS, waves * in_flight)
    return workload.model_copy(update={"num_prompts": min(workload.num_prompts, enough)})
