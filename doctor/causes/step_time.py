"""How long a decoding step takes, from the engine's own statistics lines."""

from __future__ import annotations

from statistics import median

from doctor.causes.contract import Case
from doctor.causes.lookup import busiest_series, fact_of

LONGEST_READ_MS = 60.0
"""Reading all memory of a card once takes less: 80 GB at 2.0 TB/s (A100) are 40 ms, 16 GB at
0.32 TB/s (T4) 50 ms, 48 GB at 0.86 TB/s (L40S) 56 ms (NVIDIA's data sheets). A decoding step reads
weights and KV cache once."""

_MOST_RUNNING = 256
"""Beyond, arithmetic may take longer than reading."""


def decode_step_ms(case: Case) -> tuple[float, str] | None:
    """The median time of a step in which next to nothing is prefilled, and where that stands.

    Each running request gets one token per step, so a step takes running / output rate.
    None without such lines, without a GPU, or with batches whose arithmetic may bind.
    """
    series = busiest_series(case.evidence)
    if series is None or fact_of(case.evidence.environment, "gpu.name") is None:
        return None
    steps = [
        1000 * point.running / point.output_tokens_per_s
        for point in series.points
        if 0 < point.running <= _MOST_RUNNING
        and point.output_tokens_per_s > 0
        and point.prompt_tokens_per_s < 0.2 * point.output_tokens_per_s
    ]
    if len(steps) < 2:
        return None
    return median(steps), f"{series.file}, {len(steps)} statistics lines"
