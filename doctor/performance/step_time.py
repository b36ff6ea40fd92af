"""Seconds of an engine step, split into components.

Kernels run one after another: the maximum (here: the 2-norm) of memory and compute is taken
within a kernel, the sum across kernels. Per layer: GEMMs at the padded number of tokens,
attention, element-wise kernels; once: the output projection, sampling, what the host adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doctor.performance.architecture import Experts, Linear, Shape, mlp
from doctor.performance.engine_profile import EAGER_LAYER_S, EngineProfile
from doctor.performance.kernel_times import KernelTimes
from doctor.performance.roofline import Floats, Peak
from doctor.schema.setup import Sampling

_ELEMENTWISE_LAUNCH_S = 1.8e-6
_ELEMENTWISE_KERNELS = 5
"""Two norms with residual, rotary embedding, write to the KV cache, activation with product."""
_STREAM_FRACTION = 0.8
"""Share of peak bandwidth that element-wise kernels reach."""
_SORT_ELEMENTS_PER_BYTE = 1.5e9 / 2.039e12
"""Elements per second that a full-vocabulary sort makes, over bandwidth: about 1.5e9 on A100."""
_EXPERT_TILE = 16
_EXPERT_LAUNCH_S = 15e-6
"""Routing, alignment and summation around the two grouped GEMMs of vLLM's fused_moe."""
_EXPERT_COMPUTE = 0.7
"""Grouped GEMMs reach about this share of the FLOP/s of plain ones (untuned Triton kernel)."""

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
            "sampling": self._sample(rows),
        }
        times["host"] = self.exposed_host(sum(times.values(), np.zeros_like(tokens)), rows)
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
        if self.engine.enable_chunked_prefill:
            tiled = self.kernels.mixed_decode_attention(
                a.num_attention_heads, a.head_size, batches.context, self._dtype
            )
            one = np.where(batches.chunks > 0, np.maximum(one, tiled), one)
        return np.where(batches.decodes > 0, self.shape.layers * one, 0.0)

    def exposed_host(self, gpu_s: Floats, rows: Floats, scale: float = 1.0) -> Floats:
        """What the host adds to a step whose kernels take ``gpu_s``."""
        host = self.kernels.host
        profile = self.engine.host
        per_step = max(host.per_step_s, profile.per_step_s) if host else profile.per_step_s
        per_request = host.per_request_s if host else profile.per_request_s
        work = scale * (per_step + per_request * rows)
        if self.engine.enforce_eager:
            work = work + scale * EAGER_LAYER_S * self.shape.layers
            return np.asarray(np.maximum(0.0, work - gpu_s))
        return np.asarray(np.maximum(0.0, work - gpu_s) if profile.hidden else work)

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
        experts = self.shape.experts
        one = sum(m.weights for m in mlp(self.shape.architecture.hidden_size, experts.intermediate_size))
        active = expected_coverage(experts, tokens)
        rows = np.maximum(tokens * experts.per_token, active * _EXPERT_TILE)
        reached: Peak = self.kernels.reached(self.linear_dtype)
        memory = active * one * self.weight_bytes / reached.bandwidth
        compute = 2.0 * rows * one / (reached.flops * _EXPERT_COMPUTE)
        return np.asarray(self.shape.expert_layers * (_EXPERT_LAUNCH_S + np.hypot(memory, compute)))

    def _elementwise(self, tokens: Floats) -> Floats:
        a, shape = self.shape.architecture, self.shape
        inner = a.intermediate_size if shape.dense_layers else 0
        if shape.experts:
            experts = shape.experts
            inner += experts.per_token * experts.intermediate_size + experts.shared_intermediate_size
        width = 8 * a.hidden_size + 2 * shape.attention[0].outputs + 3 * inner
        traffic = tokens * width * self._element / (self.kernels.bandwidth * _STREAM_FRACTION)
        return np.asarray(shape.layers * (_ELEMENTWISE_KERNELS * _ELEMENTWISE_LAUNCH_S + traffic))

    def _sample(self, rows: Floats) -> Floats:
        """Passes over the logits in float32: conversion, temperature, softmax, noise, argmax."""
        s, vocabulary = self._sampling, self.shape.architecture.vocab_size
        element_bytes = 14.0 if s.temperature == 0 else 45.0
        if s.presence_penalty or s.frequency_penalty or s.repetition_penalty != 1.0:
            element_bytes += 40.0
        if s.logprobs is not None:
            element_bytes += 30.0
        restricted = s.top_p < 1.0 or s.top_k > 0 or s.min_p > 0
        if restricted:
            element_bytes += 40.0
        bandwidth = self.kernels.bandwidth
        time = rows * vocabulary * element_bytes / (bandwidth * _STREAM_FRACTION)
        if restricted and self.engine.sorts_vocabulary and (s.top_p < 1.0 or s.top_k > 0):
            time = time + rows * vocabulary / (_SORT_ELEMENTS_PER_BYTE * bandwidth)
        return np.asarray(time)


def expected_coverage(experts: Experts, tokens: Floats) -> Floats:
    """Expected number of experts that a batch touches, tokens routed evenly: E·(1 − (1 − k/E)^N)."""
    missed = (1.0 - experts.per_token / experts.count) ** tokens
    return np.asarray(experts.count * (1.0 - missed))
