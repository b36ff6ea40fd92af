"""The requests of a workload, as the replay takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doctor.performance.schedule import Job
from doctor.schema.rates import Rates
from doctor.schema.setup import Sampling, Workload


def jobs_of(workload: Workload, sampling: Sampling, *, seed: int = 0) -> tuple[Job, ...]:
    """One job per sequence; with a rate, arrivals are exponentially spaced as in ``vllm bench serve``."""
    count = workload.num_prompts
    arrivals = np.zeros(count)
    if workload.request_rate_per_s:
        gaps = np.random.default_rng(seed).exponential(1.0 / workload.request_rate_per_s, count)
        arrivals = np.cumsum(gaps) - gaps[0]
    shared = workload.input_len if workload.prompts == "identical" or sampling.n > 1 else 0
    if not workload.request_rate_per_s:
        return (Job(workload.input_len, workload.output_len, 0.0, shared),) * (count * sampling.n)
    return tuple(
        Job(workload.input_len, workload.output_len, float(arrival), shared)
        for arrival in arrivals
        for _ in range(sampling.n)
    )


def rates_of(jobs: Sequence[Job], duration_s: float, sequences_per_request: int = 1) -> Rates:
    """The three rates; the prompt of a request with several sequences counts once."""
    requests = len(jobs) / sequences_per_request
    prompt = sum(job.prompt_tokens for job in jobs) / sequences_per_request
    output = sum(job.output_tokens for job in jobs)
    return Rates(
        requests_per_s=requests / duration_s,
        output_tokens_per_s=output / duration_s,
        total_tokens_per_s=(prompt + output) / duration_s,
    )
