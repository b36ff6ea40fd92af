"""Predictions: hand arithmetic, limits, and directions that must hold."""

from __future__ import annotations

from typing import Any

import pytest

from doctor.errors import UsageError
from doctor.performance.case import prepare, run_case
from doctor.performance.predict import predict
from doctor.performance.schedule import Job
from doctor.performance.timing import request_times
from doctor.schema.prediction import Prediction
from doctor.schema.setup import Sampling
from tests.performance import models
from tests.performance.setups import setup


def rate(gpu: str = "a100", **changes: Any) -> float:
    return predict(setup(models.QWEN15_7B, **changes), gpu).rates.output_tokens_per_s


def interval_holds_estimate(p: Prediction) -> bool:
    found = (p.requests_per_s, p.output_tokens_per_s, p.total_tokens_per_s)
    return all(i.low is not None and i.high is not None and i.low < i.estimate < i.high for i in found)


def test_the_three_rates_are_one() -> None:
    p = predict(setup(models.QWEN15_7B, 1000, 1000, 60), "a100")
    assert p.rates.output_tokens_per_s == pytest.approx(1000 * p.rates.requests_per_s)
    assert p.rates.total_tokens_per_s == pytest.approx(2000 * p.rates.requests_per_s)
    assert p.rates.requests_per_s * p.duration_s == pytest.approx(60)
    assert interval_holds_estimate(p)


def test_the_components_are_the_duration() -> None:
    p = predict(setup(models.QWEN15_7B, 500, 100, 50), "a100")
    assert sum(c.seconds for c in p.components) == pytest.approx(p.duration_s)
    assert sum(c.fraction for c in p.components) == pytest.approx(1.0)


def test_a_prediction_is_repeatable() -> None:
    a, b = (predict(setup(models.QWEN15_7B, num_prompts=40), "a100") for _ in range(2))
    assert a == b


def test_one_request_streams_the_weights_once_per_token() -> None:
    p = predict(setup(models.QWEN15_7B, 1, 200, 1), "a100")
    linear_and_head = 32 * (4 * 4096 * 4096 + 3 * 4096 * 11008) + 151936 * 4096
    slowest, fastest = (2.0 * linear_and_head / (2039e9 * share) for share in (0.60, 0.85))
    assert fastest < p.mean_tpot_s < slowest * 1.1
    assert p.resource == "weights"
    assert p.queue_limit == "offered load"


def test_no_prediction_beats_its_limit() -> None:
    for model in (models.QWEN15_7B, models.QWEN15_MOE, models.QWEN3_8B):
        for gpu in ("a100", "h200", "rtx-4090", "mi300x", "l40s"):
            try:
                p = predict(setup(model, 300, 100, 64), gpu)
            except UsageError:
                continue
            assert 0 < p.fraction_of_limit < 1


def test_the_published_case_is_bound_by_kv_capacity() -> None:
    p = predict(setup(models.QWEN15_7B, 1000, 1000, 1000, version=None), "a100")
    assert p.queue_limit == "KV capacity"
    assert p.preemptions > 0
    assert p.total_tokens_per_s.low is not None
    assert p.total_tokens_per_s.high is not None
    assert p.total_tokens_per_s.low < 2298.89 < p.total_tokens_per_s.high


def test_what_must_not_slow_down_does_not() -> None:
    base = rate(num_prompts=200)
    assert rate(num_prompts=200, gpu_memory_utilization=0.5) < base
    assert rate(num_prompts=200, max_num_seqs=16) < base
    assert rate(num_prompts=200, enforce_eager=True, max_concurrency=2) < rate(
        num_prompts=200, max_concurrency=2
    )
    assert rate(num_prompts=200, max_concurrency=4) < rate(num_prompts=200, max_concurrency=32) < base
    assert rate(num_prompts=200, identical=True) > base
    assert rate("h200", num_prompts=200) > base


def test_an_old_engine_adds_host_time() -> None:
    old = predict(setup(models.QWEN15_7B, version="0.4.0"), "a100")
    new = predict(setup(models.QWEN15_7B), "a100")
    host = {c.name: c.seconds for c in old.components}["host"]
    assert host > 0
    assert "host" not in {c.name for c in new.components}
    assert any("V0" in w for w in old.warnings)


def test_a_cache_size_that_was_told_is_used_and_narrows_the_interval() -> None:
    told = predict(setup(models.QWEN15_7B, num_prompts=300), "a100", kv_cache_tokens=60_000)
    assert (told.kv_cache_tokens, told.kv_cache_tokens_given) == (60_000, True)
    override = predict(setup(models.QWEN15_7B, num_prompts=300, num_gpu_blocks_override=3750), "a100")
    assert override.rates == told.rates


def test_arrivals_bound_the_rate() -> None:
    p = predict(setup(models.QWEN3_8B, 200, 20, 40, request_rate_per_s=2.0), "h200")
    assert p.duration_s > 39 / 2.0 * 0.6
    assert p.resource == "waiting for arrivals"
    assert p.queue_limit == "offered load"
    assert interval_holds_estimate(p)


def test_jobs_with_times_of_their_own() -> None:
    jobs = [Job(100, 10, float(i)) for i in range(5)]
    p = predict(setup(models.QWEN3_8B, 1, 1, 5), "h200", jobs=jobs)
    assert 4.0 < p.duration_s < 4.5
    assert p.rates.requests_per_s == pytest.approx(5 / p.duration_s)


def test_several_sequences_per_request_count_their_prompt_once() -> None:
    p = predict(setup(models.QWEN3_8B, 320, 64, 10, sampling=Sampling(n=4)), "h200")
    assert p.rates.output_tokens_per_s == pytest.approx(4 * 64 * p.rates.requests_per_s)
    assert p.rates.total_tokens_per_s == pytest.approx((320 + 4 * 64) * p.rates.requests_per_s)


def test_fp8_weights_and_cache_help_where_memory_binds() -> None:
    plain = predict(setup(models.QWEN3_8B, num_prompts=300), "h200").rates.output_tokens_per_s
    fp8 = predict(
        setup(models.QWEN3_8B, num_prompts=300, quantization="fp8"), "h200"
    ).rates.output_tokens_per_s
    cache = predict(
        setup(models.QWEN3_8B, num_prompts=300, kv_cache_dtype="fp8"), "h200"
    ).rates.output_tokens_per_s
    assert plain < min(fp8, cache)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tensor_parallel_size": 2}, "one GPU"),
        ({"quantization": "awq"}, "bf16 and fp8"),
        ({"gpu_memory_utilization": 0.1}, "no room"),
    ],
)
def test_what_is_not_covered_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        predict(setup(models.QWEN15_7B, **changes), "a100")


def test_latent_attention_is_refused() -> None:
    model = models.QWEN3_8B.model_copy(update={"extra": {"kv_lora_rank": 512}})
    with pytest.raises(UsageError, match="latent"):
        predict(setup(model), "a100")


def test_without_a_device_there_is_no_prediction() -> None:
    with pytest.raises(UsageError, match="calibrat"):
        predict(setup(models.QWEN3_8B))


def test_times_of_requests_follow_from_the_steps() -> None:
    case = prepare(setup(models.QWEN3_8B, 64, 33, 1), "a100")
    run = run_case(case)
    ttft, tpot = request_times(run)
    assert ttft[0] == pytest.approx(float(run.step_s[0]))
    assert ttft[0] + 32 * tpot[0] == pytest.approx(run.duration_s)


def test_a_sparse_source_gives_a_wider_interval() -> None:
    def width(gpu: str) -> float:
        i = predict(setup(models.QWEN3_8B), gpu).output_tokens_per_s
        assert i.low is not None
        assert i.high is not None
        return (i.high - i.low) / i.estimate

    assert width("h100") < width("h100-pcie") < width("mi300x")
