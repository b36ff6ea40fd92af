"""Random scheduler configurations: small enough to be tight on blocks, seats and tokens."""

from __future__ import annotations

import random

from doctor.performance.schedule import Job, Rules


def configuration(seed: int) -> tuple[Rules, list[Job], int | None]:
    """Rules, jobs that each fit the KV cache alone, and the client's concurrency."""
    draw = random.Random(seed)
    size = draw.choice([8, 16, 32])
    longest_in, longest_out = draw.choice([(40, 60), (200, 120), (20, 300), (500, 30)])
    count = draw.randint(1, 40)
    kind = draw.choice(["equal", "random", "random", "identical"])
    prompt, output = draw.randint(1, longest_in), draw.randint(1, longest_out)
    if kind == "identical" and prompt % size == 0:
        prompt += 1  # a prompt of whole blocks: one block more or less, told in replay.py
    jobs = [
        Job(prompt, output, shared_tokens=prompt if kind == "identical" else 0)
        if kind != "random"
        else Job(draw.randint(1, longest_in), draw.randint(1, longest_out))
        for _ in range(count)
    ]
    largest = max(-(-(j.prompt_tokens + j.output_tokens) // size) for j in jobs)
    watermark = draw.choice([0.0, 0.0, 0.0, 0.02, 0.1])
    blocks = largest + 2 + draw.randint(0, max(1, round(largest * draw.choice([0.3, 2, 6]))))
    seats = draw.choice([1, 3, 8, 64])
    budget = max(seats, draw.choice([seats, 16, 64, 256, 2048]))
    chunked = draw.random() < 0.8
    if not chunked:
        budget = max(budget, 4096)
    rules = Rules(
        num_gpu_blocks=blocks,
        block_size=size,
        max_num_seqs=seats,
        max_num_batched_tokens=budget,
        enable_prefix_caching=kind == "identical" or draw.random() < 0.6,
        enable_chunked_prefill=chunked,
        reserve_full_prompt=draw.random() < 0.6,
        watermark=watermark,
    )
    return rules, jobs, draw.choice([None, None, 1, 4, 12])
