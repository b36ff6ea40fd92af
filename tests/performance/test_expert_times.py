"""Experts: coverage by hand, measured layers come out as measured, other models follow the physics."""

from __future__ import annotations

import numpy as np
import pytest

from doctor.performance.architecture import Experts
from doctor.performance.expert_times import expected_coverage, experts_s
from doctor.performance.gpus import find_gpu
from doctor.performance.kernel_tables import shipped_table
from doctor.performance.kernel_times import KernelTimes, kernel_times
from doctor.performance.roofline import Peak

QWEN3 = Experts(128, 8, 768, 0, shared_gate=False)


def experts(count: int = 4, per_token: int = 1, intermediate_size: int = 1, shared: int = 0) -> Experts:
    return Experts(count, per_token, intermediate_size, shared, shared_gate=False)


def times(gpu: str) -> KernelTimes:
    return kernel_times(find_gpu(gpu)[1])


def layer(gpu: str, tokens: list[float], of: Experts = QWEN3, hidden: int = 2048) -> list[float]:
    found = times(gpu).experts(of, hidden, np.asarray(tokens), dtype="bfloat16", weight_bytes=2.0)
    return [float(x) for x in found]


def test_expected_coverage_by_hand() -> None:
    covered = expected_coverage(experts(), np.asarray([1.0, 2.0]))
    assert covered.tolist() == pytest.approx([1.0, 4 * (1 - 0.75**2)])


def test_expected_coverage_is_the_mean_of_random_routing() -> None:
    draw = np.random.default_rng(0)
    drawn = [len({int(e) for _ in range(10) for e in draw.choice(128, 8, replace=False)}) for _ in range(300)]
    assert float(expected_coverage(QWEN3, np.asarray([10.0]))[0]) == pytest.approx(np.mean(drawn), rel=0.02)


@pytest.mark.parametrize("gpu", ["h100", "h200", "b200", "l40s", "rtx-pro-6000"])
def test_measured_layers_come_out_as_measured_where_all_experts_are_touched(gpu: str) -> None:
    curve = shipped_table(find_gpu(gpu)[0]).experts["bfloat16"][0]
    assert (curve.experts, curve.hidden, curve.intermediate) == (128, 2048, 768)
    wide = [i for i, tokens in enumerate(curve.tokens) if tokens >= 256]
    got = layer(gpu, [float(curve.tokens[i]) for i in wide])
    assert got == pytest.approx([curve.us[i] * 1e-6 for i in wide], rel=0.01)


def test_a_small_batch_reads_only_the_experts_it_touches() -> None:
    # Measured with every token on experts of its own; tokens that choose at random share some.
    curve = shipped_table("h200").experts["bfloat16"][0]
    apart = curve.us[curve.tokens.index(16)] * 1e-6
    share = float(expected_coverage(QWEN3, np.asarray([16.0]))[0]) / 128
    assert layer("h200", [16.0])[0] == pytest.approx(share * apart, rel=0.1)


def test_another_model_lies_between_half_and_twice_its_bound_over_what_gpus_reach() -> None:
    qwen15 = Experts(60, 4, 1408, 5632, shared_gate=True)
    tokens = [1.0, 32.0, 256.0, 4096.0]
    peak = Peak(2039e9, 312e12)
    bound = experts_s(qwen15, 2048, np.asarray(tokens), 2.0, peak)
    for got, least in zip(layer("a100", tokens, qwen15), bound, strict=True):
        assert 1.0 < got / least < 3.5


def test_without_a_table_of_experts_plain_gemms_stand_in() -> None:
    found = layer("mi300x", [1.0, 64.0, 4096.0])
    assert found == sorted(found)
    assert all(x > 0 for x in found)
