"""The metrics page under the names of several versions."""

from __future__ import annotations

import pytest

from doctor.evidence.metrics_page import evidence_between
from doctor.schema.evidence import Origin
from tests.evidence.reading_text import facts, read, settings

NEW = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="tiny"} 64.0
vllm:kv_cache_usage_perc{engine="0",model_name="tiny"} 0.97
vllm:num_preemptions_total{engine="0",model_name="tiny"} 12.0
vllm:prefix_cache_queries_total{engine="0",model_name="tiny"} 12352.0
vllm:prefix_cache_hits_total{engine="0",model_name="tiny"} 3088.0
vllm:prompt_tokens_total{engine="0",model_name="tiny"} 12352.0
vllm:generation_tokens_total{engine="0",model_name="tiny"} 6176.0
vllm:request_success_total{engine="0",finished_reason="stop",model_name="tiny"} 97.0
vllm:request_success_total{engine="0",finished_reason="length",model_name="tiny"} 96.0
vllm:cache_config_info{block_size="128",gpu_memory_utilization="0.92",num_gpu_blocks="4096"} 1.0
vllm:time_to_first_token_seconds_bucket{le="0.001",model_name="tiny"} 0.0
"""


def test_names_of_today() -> None:
    evidence = read(NEW)
    found = facts(evidence)
    assert found["prefix_cache_hit_rate"] == 0.25
    assert found["preemptions"] == 12.0
    assert found["finished_by_stop"] == pytest.approx(97 / 193)
    assert settings(evidence)["engine.gpu_memory_utilization"] == 0.92
    run = evidence.delivered[0]
    assert (run.requests, run.prompt_tokens, run.output_tokens) == (193, 12352, 6176)


def test_names_of_0_6() -> None:
    page = """\
vllm:gpu_cache_usage_perc{model_name="m"} 0.5
vllm:num_requests_swapped{model_name="m"} 3.0
vllm:gpu_prefix_cache_hit_rate{model_name="m"} 0.25
vllm:spec_decode_draft_acceptance_rate{model_name="m"} 0.6
"""
    assert facts(read(page)) == {
        "kv_cache_usage": 0.5,
        "swapped": 3.0,
        "prefix_cache_hit_rate": 0.25,
        "draft_acceptance_rate": 0.6,
    }


def test_two_readings_give_rates() -> None:
    after = NEW.replace("6176.0", "8176.0").replace(
        'finished_reason="length",model_name="tiny"} 96.0',
        'finished_reason="length",model_name="tiny"} 116.0',
    )
    between = evidence_between(NEW, after, 10.0, Origin(file="url"), name="url", note="10 s apart")
    assert between is not None
    found = {rate.quantity: rate.per_s for rate in between.rates}
    assert found == {"output tokens": 200.0, "prompt tokens": 0.0, "requests": 2.0}


def test_a_restarted_server_gives_no_rate() -> None:
    after = NEW.replace("6176.0", "1.0")
    assert evidence_between(NEW, after, 10.0, Origin(file="url"), name="url", note="") is None
