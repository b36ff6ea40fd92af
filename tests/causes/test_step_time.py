"""Steps from the statistics lines: running requests over output rate."""

from __future__ import annotations

import pytest

from doctor.causes.contract import Case
from doctor.causes.step_time import decode_step_ms
from tests.causes.judging import judged
from tests.evidence.reading_text import read

LINE = (
    "INFO 07-24 09:55:3{n} metrics.py:334] Avg prompt throughput: {prompt} tokens/s, "
    "Avg generation throughput: {rate} tokens/s, Running: {running} reqs, Swapped: 0 reqs, "
    "Pending: 9 reqs, GPU KV cache usage: 50.0%, CPU KV cache usage: 0.0%\n"
)


def log(rate: float, running: int, prompt: float = 0.0, gpu: str = "1×H800") -> str:
    lines = "".join(LINE.format(n=n, rate=rate, running=running, prompt=prompt) for n in range(3))
    return f"{gpu}\n```\n{lines}```\n"


def test_a_step_gives_each_running_request_one_token() -> None:
    found = decode_step_ms(Case(read(log(rate=2000.0, running=240))))
    assert found is not None
    # 240 / 2000 s = 120 ms.
    assert found[0] == pytest.approx(120.0)


def test_prefill_large_batches_and_unknown_hardware_say_nothing() -> None:
    assert decode_step_ms(Case(read(log(2000.0, 240, prompt=5000.0)))) is None
    assert decode_step_ms(Case(read(log(2000.0, 600)))) is None
    assert decode_step_ms(Case(read(log(2000.0, 240, gpu="a server")))) is None


def test_steps_longer_than_any_gpu_reads_its_memory_speak_for_the_host() -> None:
    judgement = judged("cpu-bound-engine", log(rate=2000.0, running=240))
    assert judgement.strength == "measured"
    assert "120 ms" in judgement.lines[0].text
    assert judged("cpu-bound-engine", log(rate=8000.0, running=240)).strength == "none"
