"""Seconds of an engine step, split into components.

Kernels run one after another: the maximum (here: the 2-norm) of memory and compute is taken
within a kernel, the sum across kernels. Per layer: GEMMs at the padded number of tokens,
attention, element-wise kernels; once: the output projection, sampling, what the host adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doctor.performance.architecture import Linear, Shape, mlp
from doctor.performance.costs import costs
from doctor.performance.engine_profile import EngineProfile
from doctor.performance.kernel_times import KernelTimes
from doctor.performance.roofline import Floats
from doctor.performance.sampling_times import Picker, penalty_host_s, sampling_s
from doctor.schema.setup import Sampling

_QUANTISED_INPUTS = 4

COMPONENTS = (
    "layer GEMMs",
    "experts",
    "output projection",
    "decode attention",
    "prefill attention",
    "element-wise",
    "sampling",
    "host",
)


@dataclass(frozen=True)
class Batches:
    """Batches to be timed, as arrays over batches."""

    decodes: Floats
    context: Floats
    """Σ context tokens of the decoding requests."""
    prefill: Floats
    """Σ prompt tokens computed."""
    chunks: Floats
    """Number of prefill chunks."""
    prefill_attention_s: Floats
    """Seconds of prefill attention in one layer."""
    longest: Floats | None = None
    """Context tokens of the longest decoding request; None: all are as long."""


class StepTimes:
    """Times steps of one model on one device under one engine."""

    def __init__(
        self,
        shape: Shape,
        kernels: KernelTimes,
        engine: EngineProfile,
        sampling: Sampling,
        *,
        dtype: str = "bfloat16",
        weight_dtype: str | None = None,
        kv_bytes: float = 2.0,
        mean_prompt: float = 0.0,
        shared_tokens: float = 0.0,
    ) -> None:
        self.shape = shape
        self.kernels = kernels
        self.engine = engine
        self._sampling = sampling
        self._dtype = dtype
        self.linear_dtype = weight_dtype or dtype
        self._element = 4.0 if dtype == "float32" else 2.0
        self.weight_bytes = 1.0 if weight_dtype else self._element
        self._kv_bytes = kv_bytes
        self.mean_prompt = mean_prompt
        """Prompt tokens per request, to tell them from the tokens made since."""
        self.shared_tokens = shared_tokens
        """Tokens of a prefix whose KV all requests share; 0 without prefix caching."""

    def components(self, batches: Batches) -> dict[str, Floats]:
        """Seconds per step by component; "host" is what the GPU's time does not hide."""
        tokens = batches.decodes + batches.prefill
        padded = np.asarray([self.engine.padded(int(n)) for n in tokens], dtype=np.float64)
        rows = batches.decodes + batches.chunks
        layers = self.shape.layers
        head = self.shape.lm_head
        times = {
            "layer GEMMs": self._gemms(padded),
            "experts": self._experts(padded),
            "output projection": self.kernels.gemm(
                head.outputs, head.inputs, rows, dtype=self._dtype, weight_bytes=self._element
            ),
            "decode attention": self.decode_attention(batches),
            "prefill attention": layers * batches.prefill_attention_s,
            "element-wise": self._elementwise(padded),
            "sampling": self.sampling(rows),
        }
        gpu = sum(times.values(), np.zeros_like(tokens))
        times["host"] = self.exposed_host(gpu, self.host_work(batches), self.launch_work(batches))
        return times

    def prefill_attention(self, new: Floats, cached: Floats) -> Floats:
        """Seconds of one layer's attention for prefill chunks."""
        a = self.shape.architecture
        return self.kernels.prefill_attention(a.num_attention_heads, a.head_size, new, cached, self._dtype)

    def decode_attention(self, batches: Batches) -> Floats:
        """Seconds of all layers' decode attention; 0 where nothing decodes."""
        a = self.shape.architecture
        decodes = np.maximum(batches.decodes, 1.0)
        mean = np.maximum(batches.context / decodes, 1.0)
        one = self.kernels.decode_attention(
            a.num_attention_heads, a.num_key_value_heads, a.head_size, decodes, mean, self._kv_bytes
        )
        if batches.longest is not None:
            one = one + self.kernels.straggler(
                a.num_attention_heads,
                a.num_key_value_heads,
                a.head_size,
                decodes,
                batches.context,
                batches.longest,
                self._kv_bytes,
            )
        if self.shared_tokens:
            per_token = 2 * a.num_key_value_heads * a.head_size * self._kv_bytes
            again = np.maximum(batches.decodes - 1, 0) * self.shared_tokens / np.maximum(batches.context, 1.0)
            one = self.kernels.with_rereads(one, np.minimum(again, 1.0), self.shared_tokens * per_token)
        if self.engine.enable_chunked_prefill:
            tiled = self.kernels.mixed_decode_attention(
                a.num_attention_heads,
                a.num_key_value_heads,
                a.head_size,
                decodes,
                mean,
                batches.prefill,
                self._kv_bytes,
                self._dtype,
            )
            one = np.where(batches.chunks > 0, np.maximum(one, tiled), one)
        return np.where(batches.decodes > 0, self.shape.layers * one, 0.0)

    def host_work(self, batches: Batches) -> Floats:
        """Seconds that the host works per step: scheduling, input, output, launches outside graphs."""
        host, profile = self.kernels.host, self.engine.host
        rows = batches.decodes + batches.chunks
        per_step = max(host.per_step_s, profile.per_step_s) if host else profile.per_step_s
        per_request = host.per_request_s if host else profile.per_request_s
        per_token = host.per_token_s if host else 0.0
        made = np.maximum(0.0, batches.context - batches.decodes * self.mean_prompt)
        work = per_step + per_request * rows + per_token * batches.prefill
        return np.asarray(work + penalty_host_s(self._sampling, made))

    def launch_work(self, batches: Batches) -> Floats:
        """Seconds in which the host launches a step's layers, while the GPU already works on them."""
        c, layers = costs(), self.shape.layers
        if self.engine.largest_graph == 0:  # a CPU engine: its calibration holds what launching costs
            return np.zeros_like(batches.decodes)
        if self.engine.enforce_eager:
            return np.full_like(batches.decodes, c.eager_layer_s * layers)
        outside = (batches.chunks > 0) | (batches.decodes + batches.prefill > self.engine.largest_graph)
        longest = batches.longest
        if longest is None:
            longest = batches.context / np.maximum(batches.decodes, 1.0)
        outside |= longest > self.engine.longest_graph
        one = c.compiled_layer_s if self.engine.compiled else c.eager_layer_s
        return np.where(outside, one * layers, 0.0)

    def exposed_host(self, gpu_s: Floats, work_s: Floats, launch_s: Floats) -> Floats:
        """What the host adds to a step whose kernels take ``gpu_s``.

        Asynchronous scheduling works on the next step meanwhile, so only what exceeds the GPU's
        time shows; without it the work comes before the launches, which the GPU hides.
        """
        if self.engine.host.hidden:
            return np.asarray(np.maximum(0.0, work_s + launch_s - gpu_s))
        return np.asarray(work_s + np.maximum(0.0, launch_s - gpu_s))

    def _gemms(self, padded: Floats) -> Floats:
        shape = self.shape
        total = shape.layers * self._linear(shape.attention, padded)
        total = total + shape.dense_layers * self._linear(shape.dense, padded)
        if shape.experts and shape.experts.shared_intermediate_size:
            shared = mlp(shape.architecture.hidden_size, shape.experts.shared_intermediate_size)
            total = total + shape.expert_layers * self._linear(shared, padded)
        return np.asarray(total)

    def _linear(self, matrices: tuple[Linear, ...], rows: Floats) -> Floats:
        total = np.zeros_like(rows)
        for matrix in matrices:
            total = total + self.kernels.gemm(
                matrix.outputs,
                matrix.inputs,
                rows,
                dtype=self.linear_dtype,
                weight_bytes=self.weight_bytes,
            )
        return total

    def _experts(self, tokens: Floats) -> Floats:
        if self.shape.experts is None:
            return np.zeros_like(tokens)
        one = self.kernels.experts(
            self.shape.experts,
            self.shape.architecture.hidden_size,
            tokens,
            dtype=self.linear_dtype,
            weight_bytes=self.weight_bytes,
        )
        return self.shape.expert_layers * one

    def _elementwise(self, tokens: Floats) -> Floats:
        """Per layer: norms, rotary embedding, KV write, activation; once: kernels around the graph."""
        c, a, shape = costs(), self.shape.architecture, self.shape
        inner = a.intermediate_size if shape.dense_layers else 0
        if shape.experts:
            experts = shape.experts
            inner += experts.per_token * experts.intermediate_size + experts.shared_intermediate_size
        width = 8 * a.hidden_size + 2 * shape.attention[0].outputs + 3 * inner
        traffic = tokens * width * self._element / (self.kernels.bandwidth * c.stream_fraction)
        kernels = c.elementwise_kernels
        if self.linear_dtype == "fp8":
            # Each of the four linear layers takes its input in fp8: read 2 bytes, write 1.
            kernels += _QUANTISED_INPUTS
            inputs = sum(m.inputs for m in (*shape.attention, *mlp(a.hidden_size, inner)))
            traffic = traffic + tokens * inputs * 3.0 / (self.kernels.bandwidth * c.stream_fraction)
        layer = kernels * c.elementwise_launch_s + traffic
        around = 0.0 if self.engine.largest_graph == 0 else c.step_launches * c.step_launch_s
        return np.asarray(shape.layers * layer + around)

    def sampling(self, rows: Floats, picker: Picker | None = None) -> Floats:
        """Seconds of sampling, with the engine's own way of picking or another."""
        return sampling_s(
            self._sampling,
            self.shape.architecture.vocab_size,
            rows,
            bandwidth=self.kernels.bandwidth,
            multiprocessors=self.kernels.multiprocessors,
            picker=picker or self.engine.picker,
        )
