"""vLLM's own scheduler and KV cache manager, stepped without a model: the oracle of the replay.

Only imported by tests that found vLLM installed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from vllm.config import CacheConfig, DeviceConfig, ModelConfig, SchedulerConfig, VllmConfig
from vllm.sampling_params import SamplingParams
from vllm.utils.hashing import sha256
from vllm.v1.core.kv_cache_utils import get_request_block_hasher, init_none_hash
from vllm.v1.core.sched.scheduler import Scheduler
from vllm.v1.kv_cache_interface import FullAttentionSpec, KVCacheConfig, KVCacheGroupSpec
from vllm.v1.outputs import ModelRunnerOutput
from vllm.v1.request import Request
from vllm.v1.structured_output import StructuredOutputManager

from doctor.performance.schedule import Job, Rules

MAX_MODEL_LEN = 4096
_CONFIG = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "num_key_value_heads": 1,
    "vocab_size": 32000,
    "max_position_embeddings": MAX_MODEL_LEN,
    "torch_dtype": "float32",
}


@dataclass(frozen=True)
class Seen:
    """One step as vLLM's scheduler left it."""

    running: int
    waiting: int
    blocks: int
    tokens: int
    preempted: int


def model_config(folder: Path) -> ModelConfig:
    """A model configuration small enough to be nothing but a length limit."""
    (folder / "config.json").write_text(json.dumps(_CONFIG))
    return ModelConfig(
        model=str(folder), tokenizer=str(folder), skip_tokenizer_init=True, dtype="float32", seed=0
    )


def _scheduler(model: ModelConfig, rules: Rules) -> Scheduler:
    scheduling = SchedulerConfig(
        max_num_seqs=rules.max_num_seqs,
        max_num_batched_tokens=rules.max_num_batched_tokens,
        max_model_len=MAX_MODEL_LEN,
        enable_chunked_prefill=rules.enable_chunked_prefill,
        is_encoder_decoder=False,
        async_scheduling=False,
        scheduler_reserve_full_isl=rules.reserve_full_prompt,
        watermark=rules.watermark,
    )
    cache = CacheConfig(
        block_size=rules.block_size,
        gpu_memory_utilization=0.9,
        enable_prefix_caching=rules.enable_prefix_caching,
    )
    cache.num_gpu_blocks = rules.num_gpu_blocks
    config = VllmConfig(
        model_config=model, scheduler_config=scheduling, cache_config=cache, device_config=DeviceConfig("cpu")
    )
    spec = FullAttentionSpec(block_size=rules.block_size, num_kv_heads=1, head_size=1, dtype=torch.float32)
    return Scheduler(
        vllm_config=config,
        kv_cache_config=KVCacheConfig(
            num_blocks=rules.num_gpu_blocks,
            kv_cache_tensors=[],
            kv_cache_groups=[KVCacheGroupSpec(["layer"], spec)],
        ),
        structured_output_manager=StructuredOutputManager(config),
        block_size=rules.block_size,
        log_stats=False,
    )


def _request(index: int, job: Job, hasher: Any) -> Request:
    common = range(job.shared_tokens)
    own = [20_000 + index] * (job.prompt_tokens - job.shared_tokens)
    return Request(
        request_id=str(index),
        prompt_token_ids=[*common, *own],
        sampling_params=SamplingParams(max_tokens=job.output_tokens, ignore_eos=True),
        pooling_params=None,
        block_hasher=hasher,
    )


def schedule_with_vllm(
    model: ModelConfig, rules: Rules, jobs: list[Job], max_concurrency: int | None
) -> list[Seen]:
    """Every step of vLLM's scheduler until all jobs have finished."""
    init_none_hash(sha256)
    scheduler = _scheduler(model, rules)
    hasher = get_request_block_hasher(rules.block_size, sha256) if rules.enable_prefix_caching else None
    requests = [_request(i, job, hasher) for i, job in enumerate(jobs)]
    offered, token = 0, 0
    seen: list[Seen] = []
    while True:
        in_flight = len(scheduler.requests)
        while offered < len(jobs) and in_flight < (max_concurrency or len(jobs)):
            scheduler.add_request(requests[offered])
            offered, in_flight = offered + 1, in_flight + 1
        if not scheduler.requests:
            return seen
        before = sum(r.num_preemptions for r in requests)
        output = scheduler.schedule()
        pool = scheduler.kv_cache_manager.block_pool
        seen.append(
            Seen(
                running=len(scheduler.running),
                waiting=len(scheduler.waiting),
                blocks=rules.num_gpu_blocks - 1 - pool.get_num_free_blocks(),
                tokens=output.total_num_scheduled_tokens,
                preempted=sum(r.num_preemptions for r in requests) - before,
            )
        )
        ids = list(output.num_scheduled_tokens)
        sampled: list[list[int]] = []
        for request_id in ids:
            request = scheduler.requests[request_id]
            complete = request.num_computed_tokens >= request.num_tokens
            token = (token + 1) % 19_000
            sampled.append([1000 + token] if complete else [])
        scheduler.update_from_output(
            output,
            ModelRunnerOutput(
                req_ids=ids, req_id_to_index={r: i for i, r in enumerate(ids)}, sampled_token_ids=sampled
            ),
        )
