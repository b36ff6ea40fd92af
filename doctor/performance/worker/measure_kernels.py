"""Measure a few kernels under the engine's Python. Self-contained: standard library and torch.

Reads one job as JSON from standard input and answers with one JSON object per line. Run as a
script by ``doctor/performance/calibration.py``; it imports nothing of qdoctor, because the
engine's interpreter does not have it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

_MIN_SECONDS = 0.02
_SUSTAINED_SECONDS = 0.4
"""Large GEMMs on a GPU run so long that power and clock settle, as they do under load."""
_SUSTAINED_ROWS = 1024
_REPEATS = 3


def answer(kind: str, **fields: Any) -> None:  # noqa: ANN401 - JSON values
    """Write one line of the answer."""
    sys.stdout.write(json.dumps({"kind": kind, **fields}) + "\n")
    sys.stdout.flush()


class Timer:
    """Times calls on one device: the best of a few repeats, warmed up."""

    def __init__(self, torch: Any, device: str) -> None:  # noqa: ANN401 - torch has no types here
        self.torch = torch
        self.device = device
        # On one thread its CPU time is the wall time of a machine without other work.
        alone = device == "cpu" and torch.get_num_threads() == 1
        self.clock = time.process_time if alone else time.perf_counter

    def microseconds(self, calls: list[Callable[[], Any]], *, sustained: bool = False) -> float:
        """Mean microseconds per call, cycling through ``calls`` so that caches stay cold.

        The best of a few short repeats; ``sustained``: the last of a few long ones.
        """
        run = self._graph(calls) if self.device == "cuda" else self._loop(calls)
        first = self._once(run, 1)
        seconds = _SUSTAINED_SECONDS / _REPEATS if sustained else _MIN_SECONDS
        loops = max(1, int(seconds / max(first, 1e-7)))
        times = [self._once(run, loops) for _ in range(_REPEATS)]
        return (times[-1] if sustained else min(times)) / len(calls) * 1e6

    def _loop(self, calls: list[Callable[[], Any]]) -> Callable[[], None]:
        def run() -> None:
            for call in calls:
                call()

        run()
        return run

    def _graph(self, calls: list[Callable[[], Any]]) -> Callable[[], None]:
        """A CUDA graph of the calls, so that launches do not count; a plain loop where it fails."""
        torch, run = self.torch, self._loop(calls)
        torch.cuda.synchronize()
        try:
            side = torch.cuda.Stream()
            with torch.cuda.stream(side):
                run()
            torch.cuda.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                run()
        except RuntimeError:
            torch.cuda.synchronize()
            return run
        return graph.replay  # type: ignore[no-any-return]

    def _once(self, run: Callable[[], None], loops: int) -> float:
        torch = self.torch
        if self.device != "cuda":
            start = self.clock()
            for _ in range(loops):
                run()
            return (self.clock() - start) / loops
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(loops):
            run()
        end.record()
        torch.cuda.synchronize()
        return float(start.elapsed_time(end)) / 1e3 / loops


class Calibration:
    """The measurements of one job, until its time is up."""

    def __init__(self, torch: Any, job: dict[str, Any]) -> None:  # noqa: ANN401 - torch has no types here
        self.torch = torch
        self.job = job
        self.device = "cuda" if torch.cuda.is_available() and job.get("device") != "cpu" else "cpu"
        self.dtype = getattr(torch, job["dtype"])
        self.timer = Timer(torch, self.device)
        self.deadline = time.monotonic() + float(job["budget_s"])
        self.cold_bytes = self._cache_bytes() * 4

    def run(self) -> None:
        """Measure everything, most telling first."""
        with self.torch.inference_mode():
            self._guard("device", self.tell_device)
            for point in self.job["decode"]:
                self._guard("decode attention", partial(self.decode, point))
            for shape in self.job["gemm"]:
                for m in self.job["m"]:
                    self._guard("gemm", partial(self.gemm, shape["n"], shape["k"], m))
            for point in self.job["prefill"]:
                self._guard("prefill attention", partial(self.prefill, point))
            self._guard("copy", self.copy)
        self._guard("host", measure_scheduler)

    def _guard(self, what: str, measure: Callable[[], None]) -> None:
        if time.monotonic() > self.deadline:
            answer("skip", what=what, why="the time budget is used up")
            return
        try:
            measure()
        except Exception as error:  # noqa: BLE001 - one failed point must not lose the others
            answer("skip", what=what, why=f"{type(error).__name__}: {str(error)[:200]}")

    def tell_device(self) -> None:
        """Name, memory and versions."""
        if self.device == "cuda":
            seen = self.torch.cuda.get_device_properties(0)
            name, memory = seen.name, int(seen.total_memory)
        else:
            name = f"cpu, {self.torch.get_num_threads()} threads"
            memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        answer("device", device=self.device, name=name, memory_bytes=memory, torch=self.torch.__version__)

    def gemm(self, n: int, k: int, m: int) -> None:
        """One linear layer, its weights cold in cache."""
        torch = self.torch
        size = n * k * torch.empty(0, dtype=self.dtype).element_size()
        copies = max(1, min(8, -(-self.cold_bytes // size)))
        x = torch.randn(m, k, device=self.device, dtype=self.dtype)
        weights = [torch.randn(n, k, device=self.device, dtype=self.dtype) for _ in range(copies)]
        calls = [self._linear(x, w) for w in weights]
        sustained = self.device == "cuda" and m >= _SUSTAINED_ROWS
        us = self.timer.microseconds(calls, sustained=sustained)
        answer("gemm", dtype=self.job["dtype"], n=n, k=k, m=m, us=us)

    def _linear(self, x: Any, weight: Any) -> Callable[[], Any]:  # noqa: ANN401 - tensors
        """The product as vLLM computes it: oneDNN with packed weights on a CPU, torch elsewhere."""
        if self.device == "cpu":
            with contextlib.suppress(Exception):  # absent, or another signature
                from vllm import _custom_ops as ops

                handler = ops.create_onednn_mm(weight.t(), 32)
                return lambda: ops.onednn_mm(handler, x, None)
        return partial(self.torch.nn.functional.linear, x, weight)

    def decode(self, point: dict[str, int]) -> None:
        """Decode attention of one layer: vLLM's paged kernel, or torch's where there is none."""
        batch, context = point["batch"], point["context"]
        heads, kv, dim = point["heads"], point["kv_heads"], point["head_dim"]
        element = self.torch.empty(0, dtype=self.dtype).element_size()
        size = 2 * batch * context * kv * dim * element
        copies = max(1, min(8, -(-self.cold_bytes // size)))
        paged = self._paged_on_cpu if self.device == "cpu" else self._paged
        try:
            calls = [paged(batch, context, heads, kv, dim) for _ in range(copies)]
            calls[0]()
            through = "vLLM's attention"
        except Exception:  # noqa: BLE001 - absent, CPU build, or another signature
            calls = [self._grouped(batch, context, heads, kv, dim) for _ in range(copies)]
            through = "torch scaled_dot_product_attention"
        us = self.timer.microseconds(calls)
        answer("decode", through=through, us=us, **point)

    def _grouped(self, batch: int, context: int, heads: int, kv: int, dim: int) -> Callable[[], Any]:
        """Heads that share keys stand as query rows, so that keys are read once."""
        make = self._random
        q = make(batch, kv, heads // kv, dim)
        k, v = make(batch, kv, context, dim), make(batch, kv, context, dim)
        attend = self.torch.nn.functional.scaled_dot_product_attention
        return lambda: attend(q, k, v)

    def _paged(self, batch: int, context: int, heads: int, kv: int, dim: int) -> Callable[[], Any]:
        from vllm.v1.attention.backends.fa_utils import get_flash_attn_version
        from vllm.vllm_flash_attn import flash_attn_varlen_func

        torch, block = self.torch, 16
        # The function's own default is version 2; vLLM takes 3 on Hopper.
        version = get_flash_attn_version()
        blocks = -(-context // block)
        keys = self._random(batch * blocks, block, kv, dim)
        values = self._random(batch * blocks, block, kv, dim)
        table = torch.randperm(batch * blocks, device=self.device, dtype=torch.int32).view(batch, blocks)
        q = self._random(batch, heads, dim)
        starts = torch.arange(batch + 1, device=self.device, dtype=torch.int32)
        lengths = torch.full((batch,), context, device=self.device, dtype=torch.int32)
        return lambda: flash_attn_varlen_func(
            q=q,
            k=keys,
            v=values,
            max_seqlen_q=1,
            cu_seqlens_q=starts,
            max_seqlen_k=context,
            seqused_k=lengths,
            softmax_scale=dim**-0.5,
            causal=True,
            block_table=table,
            fa_version=version,
        )

    def _paged_on_cpu(
        self, batch: int, context: int, heads: int, kv: int, dim: int, query: int = 1
    ) -> Callable[[], Any]:
        """vLLM's CPU attention: ``query`` last tokens of each of ``batch`` requests."""
        from vllm import _custom_ops as ops
        from vllm.v1.attention.backends.cpu_attn import _get_attn_isa

        torch, block = self.torch, 32
        blocks = -(-context // block)
        isa = _get_attn_isa(self.dtype, block, dim, "auto")
        cache = self._random(batch * blocks, kv, block * 2, dim)
        keys, values = cache.chunk(2, dim=2)
        q, out = self._random(batch * query, heads, dim), self._random(batch * query, heads, dim)
        starts = torch.arange(0, (batch + 1) * query, query, dtype=torch.int32)
        lengths = torch.full((batch,), context, dtype=torch.int32)
        table = torch.arange(batch * blocks, dtype=torch.int32).view(batch, blocks)
        plan = ops.cpu_attn_get_scheduler_metadata(
            num_reqs=batch,
            num_heads=heads,
            num_kv_heads=kv,
            head_dim=dim,
            seq_lens=lengths,
            dtype=self.dtype,
            query_start_loc=starts,
            causal=True,
            sliding_window_size=-1,
            isa=isa,
            enable_kv_split=True,
        )
        return lambda: ops.cpu_attention_with_kv_cache(
            query=q,
            key_cache=keys,
            value_cache=values,
            output=out,
            query_start_loc=starts,
            seq_lens=lengths,
            scale=dim**-0.5,
            causal=True,
            alibi_slopes=None,
            sliding_window=-1,
            block_table=table,
            softcap=0.0,
            scheduler_metadata=plan,
            s_aux=None,
        )

    def prefill(self, point: dict[str, int]) -> None:
        """Causal attention of one sequence in one layer."""
        n, heads, kv, dim = point["tokens"], point["heads"], point["kv_heads"], point["head_dim"]
        if self.device == "cpu":
            with contextlib.suppress(Exception):  # absent, or another signature
                call = self._paged_on_cpu(1, n, heads, kv, dim, query=n)
                call()
                answer("prefill", us=self.timer.microseconds([call]), **point)
                return
        q, k, v = (self._random(1, h, n, dim) for h in (heads, kv, kv))
        k, v = (t.repeat_interleave(heads // kv, dim=1).contiguous() for t in (k, v))
        attend = self.torch.nn.functional.scaled_dot_product_attention
        answer("prefill", us=self.timer.microseconds([lambda: attend(q, k, v, is_causal=True)]), **point)

    def copy(self) -> None:
        """Copy bandwidth, reading and writing counted."""
        size = 2**30 if self.device == "cuda" else 2**27
        source = self.torch.empty(size, dtype=self.torch.uint8, device=self.device).fill_(1)
        target = self.torch.empty_like(source)
        us = self.timer.microseconds([lambda: target.copy_(source)])
        answer("copy", gb_s=2 * size / us / 1e3)

    def _random(self, *shape: int) -> Any:  # noqa: ANN401 - a tensor
        return self.torch.randn(*shape, device=self.device, dtype=self.dtype)

    def _cache_bytes(self) -> int:
        if self.device == "cuda":
            return int(getattr(self.torch.cuda.get_device_properties(0), "L2_cache_size", 64 * 2**20))
        return 32 * 2**20


_MODEL = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "num_key_value_heads": 1,
    "vocab_size": 32000,
    "max_position_embeddings": 4096,
    "torch_dtype": "float32",
}


def measure_scheduler() -> None:
    """vLLM's own scheduler without a model: seconds per step at 8 and at 64 running requests."""
    few, many = _step_seconds(8), _step_seconds(64)
    per_request = max(0.0, (many - few) / 56)
    answer("host", per_step_s=max(0.0, few - 8 * per_request), per_request_s=per_request)


def _step_seconds(requests: int, steps: int = 200) -> float:
    from vllm.sampling_params import SamplingParams
    from vllm.v1.outputs import ModelRunnerOutput
    from vllm.v1.request import Request

    scheduler = _scheduler()
    for i in range(requests):
        scheduler.add_request(
            Request(
                request_id=str(i),
                prompt_token_ids=[i + 1] * 32,
                sampling_params=SamplingParams(max_tokens=steps + 50, ignore_eos=True),
                pooling_params=None,
            )
        )
    start = 0.0
    for step in range(steps + 20):
        if step == 20:
            start = time.perf_counter()
        output = scheduler.schedule()
        ids = list(output.num_scheduled_tokens)
        made = ModelRunnerOutput(
            req_ids=ids, req_id_to_index={r: i for i, r in enumerate(ids)}, sampled_token_ids=[[7]] * len(ids)
        )
        scheduler.update_from_output(output, made)
    return (time.perf_counter() - start) / steps


def _scheduler() -> Any:  # noqa: ANN401 - vLLM's class
    import torch
    from vllm.config import CacheConfig, DeviceConfig, ModelConfig, SchedulerConfig, VllmConfig
    from vllm.v1.core.sched.scheduler import Scheduler
    from vllm.v1.kv_cache_interface import FullAttentionSpec, KVCacheConfig, KVCacheGroupSpec
    from vllm.v1.structured_output import StructuredOutputManager

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(_MODEL))
        model = ModelConfig(model=folder, tokenizer=folder, skip_tokenizer_init=True, dtype="float32", seed=0)
    cache = CacheConfig(block_size=32, enable_prefix_caching=False)
    cache.num_gpu_blocks = 4096
    config = VllmConfig(
        model_config=model,
        scheduler_config=SchedulerConfig(
            max_num_seqs=128,
            max_num_batched_tokens=4096,
            max_model_len=4096,
            is_encoder_decoder=False,
            async_scheduling=False,
        ),
        cache_config=cache,
        device_config=DeviceConfig("cpu"),
    )
    spec = FullAttentionSpec(block_size=32, num_kv_heads=1, head_size=1, dtype=torch.float32)
    return Scheduler(
        vllm_config=config,
        kv_cache_config=KVCacheConfig(
            num_blocks=4096, kv_cache_tensors=[], kv_cache_groups=[KVCacheGroupSpec(["layer"], spec)]
        ),
        structured_output_manager=StructuredOutputManager(config),
        block_size=32,
        log_stats=False,
    )


def main() -> None:
    """Read the job, measure, answer."""
    job = json.loads(sys.stdin.read())
    protocol = os.dup(1)
    os.dup2(2, 1)  # whatever libraries print must not mix with the answer
    sys.stdout = os.fdopen(protocol, "w")
    try:
        import torch
    except ImportError as error:
        answer("error", what=f"torch cannot be imported: {error}")
        return
    Calibration(torch, job).run()
    answer("done")


if __name__ == "__main__":
    main()
