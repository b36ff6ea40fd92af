"""Made-up but plausible runs: a batch of requests that ramps up, stands on a plateau, and drains."""

from __future__ import annotations

import math

from doctor.schema.run import EngineFacts, EngineSample, HostSample, Run

GIB = 1024**3


def engine_samples(
    wall_s: float, rate: float, running: int, requests: int, n: int = 60
) -> tuple[EngineSample, ...]:
    """What the scheduler shows: ``running`` at once until the queue is empty, then a tail."""
    out = []
    total = rate * wall_s
    for i in range(n + 1):
        x = i / n
        ramp = min(1.0, x / 0.06)
        tail = min(1.0, (1 - x) / 0.12)
        level = min(ramp, tail)
        ripple = 0.03 * math.sin(i * 1.7)
        progress = x - 0.02 * math.sin(math.pi * x)
        out.append(
            EngineSample(
                t_s=round(x * wall_s, 4),
                running=round(running * level),
                waiting=round(max(0, requests - running) * max(0.0, 1 - x / 0.86)),
                kv_cache_usage=round(max(0.0, min(1.0, 0.94 * level + ripple * level)), 4),
                preemptions=0,
                output_tokens=round(total * progress),
                prompt_tokens=round(total * min(1.0, x * 1.2)),
            )
        )
    return tuple(out)


def host_samples(wall_s: float, *, gpu: bool, n: int = 40) -> tuple[HostSample, ...]:
    """CPU of the engine and the machine; clocks and power where there is a GPU."""
    out = []
    for i in range(n + 1):
        x = i / n
        wobble = math.sin(i * 0.9)
        out.append(
            HostSample(
                t_s=round(x * wall_s, 4),
                cpu_machine_percent=round((12 if gpu else 97) + 2 * wobble, 1),
                cpu_engine_percent=round((104 if gpu else 192) + 5 * wobble, 1),
                memory_engine_bytes=3 * GIB,
                memory_available_bytes=9 * GIB,
                load_1m=round(2.1 + 0.1 * wobble, 2),
                gpu_utilization_percent=round(98 + wobble, 0) if gpu else None,
                gpu_memory_used_bytes=71 * GIB if gpu else None,
                gpu_sm_clock_mhz=1410 - 45 * (i % 7 == 0) if gpu else None,
                gpu_power_w=round(372 + 18 * wobble, 1) if gpu else None,
                gpu_temperature_c=round(58 + 9 * x, 0) if gpu else None,
                gpu_throttle_reasons=0 if gpu else None,
            )
        )
    return tuple(out)


CPU_ENGINE = EngineFacts(
    vllm_version="0.32.0",
    torch_version="2.13.0+cpu",
    python_version="3.11.9",
    device="cpu",
    device_name="AMD EPYC 7B13",
    model_dtype="bfloat16",
    kv_cache_tokens=65536,
    num_gpu_blocks=512,
    block_size=128,
    max_model_len=2048,
    max_num_seqs=256,
    max_num_batched_tokens=4096,
    enforce_eager=True,
    enable_prefix_caching=False,
    start_s=31.4,
)
GPU_ENGINE = CPU_ENGINE.model_copy(
    update={
        "torch_version": "2.13.0+cu130",
        "device": "cuda",
        "device_name": "NVIDIA A100-SXM4-80GB",
        "kv_cache_tokens": 108_320,
        "num_gpu_blocks": 6770,
        "block_size": 16,
        "max_model_len": 32768,
        "max_num_batched_tokens": 8192,
        "enforce_eager": False,
        "start_s": 74.2,
    }
)


def run(
    arm: str,
    repeat: int,
    position: int,
    *,
    rate: float,
    requests: int,
    length: tuple[int, int],
    running: int,
    gpu: bool = False,
    start: int = 0,
) -> Run:
    """A valid run of ``requests`` requests that comes to ``rate`` output tokens/s exactly."""
    prompt, output = length
    wall = requests * output / rate
    finished = tuple(round(wall * (0.3 + 0.7 * (i + 1) / requests), 4) for i in range(requests))
    return Run(
        arm=arm,
        repeat=repeat,
        engine_start=start,
        position=position,
        status="ok",
        started_at=f"2026-08-30T09:{14 + position // 4:02d}:{15 * (position % 4):02d}Z",
        wall_s=round(wall, 4),
        prompt_tokens=(prompt,) * requests,
        output_tokens=(output,) * requests,
        finished_s=finished,
        first_token_s=tuple(round(t * 0.2, 4) for t in finished),
        preemptions=0,
        engine=GPU_ENGINE if gpu else CPU_ENGINE,
        engine_samples=engine_samples(wall, rate, running, requests),
        host_samples=host_samples(wall, gpu=gpu),
    )
