"""Lower bounds of kernel times from bytes and FLOPs; measured times are kept as ratios to them.

A ratio varies slowly with the shape where a time does not, so ratios are what is interpolated,
and what is carried from one GPU to another. The bound of a GEMM is the 2-norm of its memory and
its compute time: max() is 4 to 20 % too fast at 32 to 256 rows, where decoding runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

GEMM_LAUNCH_S = 2e-6
ATTENTION_LAUNCH_S = 8e-6
"""Shortest times in the measured tables of A100, H100 and H200: 2 to 5 µs, 8 to 12 µs."""


@dataclass(frozen=True)
class Peak:
    """What a device can do at best: bytes/s, and FLOP/s of one element type."""

    bandwidth: float
    flops: float

    def gemm(self, n: int, k: int, m: ArrayLike, weight_bytes: float = 2.0) -> Floats:
        """Seconds of an (m × k) by (k × n) product; activations take 2 bytes."""
        rows = np.asarray(m, dtype=np.float64)
        memory = (n * k * weight_bytes + 2.0 * rows * (n + k)) / self.bandwidth
        compute = 2.0 * rows * n * k / self.flops
        return GEMM_LAUNCH_S + np.hypot(memory, compute)

    def decode_attention(self, kv_rows: ArrayLike, head_dim: int, kv_bytes: float = 2.0) -> Floats:
        """Seconds to read ``kv_rows`` keys and values (context tokens × KV heads, batch summed)."""
        rows = np.asarray(kv_rows, dtype=np.float64)
        return ATTENTION_LAUNCH_S + rows * 2 * head_dim * kv_bytes / self.bandwidth

    def prefill_attention(self, flops: ArrayLike) -> Floats:
        """Seconds of causal attention of that many FLOPs."""
        return ATTENTION_LAUNCH_S + np.asarray(flops, dtype=np.float64) / self.flops


def prefill_flops(heads: int, head_dim: int, new: ArrayLike, cached: ArrayLike) -> Floats:
    """FLOPs of attention for ``new`` tokens after ``cached`` ones: 4·heads·head_dim·(n·c + n²/2)."""
    n, c = np.asarray(new, dtype=np.float64), np.asarray(cached, dtype=np.float64)
    return 4.0 * heads * head_dim * (n * c + n * n / 2)
