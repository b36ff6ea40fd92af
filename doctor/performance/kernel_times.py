"""How long kernels take on one GPU, from the best source there is.

Best first: a calibration of this machine; the shipped table of the GPU; the table of a similar
GPU carried over by the two data sheets; the data sheet times fractions that GPUs reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from doctor.errors import UsageError
from doctor.performance.gpus import Efficiency, Gpu, find_gpu
from doctor.performance.interpolation import DecodeRatio, GemmRatio, PrefillRatio
from doctor.performance.kernel_tables import DecodeCurves, HostCost, KernelTable, PrefillCurve, shipped_table
from doctor.performance.roofline import Floats, Peak, prefill_flops

Basis = Literal["calibration", "table", "carried over", "data sheet"]

TYPICAL = Efficiency(
    weight_stream=0.80,
    gemm=0.85,
    decode_attention=0.72,
    prefill_attention=0.42,
    source="middle of what A100, RTX 4090 and RTX PRO 6000 reach in measured tables",
)


_QUERY_TILE = 64


@dataclass(frozen=True)
class Spread:
    """Relative standard deviations of what a source of kernel times gives."""

    gemm: float
    decode_attention: float
    prefill_attention: float
    elementwise: float
    sampling: float
    experts: float
    machine: float
    """Common to all: one card against another of its kind (same-SKU GPUs differ by 8 %, SC'22)."""


SPREADS: dict[Basis, Spread] = {
    "calibration": Spread(0.03, 0.04, 0.08, 0.25, 0.3, 0.12, 0.01),
    "table": Spread(0.06, 0.06, 0.12, 0.3, 0.4, 0.18, 0.04),
    "carried over": Spread(0.10, 0.12, 0.20, 0.4, 0.5, 0.22, 0.05),
    "data sheet": Spread(0.14, 0.15, 0.35, 0.5, 0.6, 0.25, 0.06),
}
"""Table: AIConfigurator's own leave-one-out medians (GEMM 4.9 %, generation attention 1.1 %) plus
one kernel version against another. Data sheet: the range over GPUs of what is reached. Sampling
and element-wise kernels are computed from bytes in all four."""


class KernelTimes:
    """Seconds per kernel for one GPU."""

    def __init__(
        self,
        peaks: dict[str, Peak],
        basis: Basis,
        source: str,
        table: KernelTable | None = None,
        efficiency: Efficiency = TYPICAL,
        *,
        l2_bytes: float = 0.0,
        tile_bound: bool = False,
    ) -> None:
        self.basis: Basis = basis
        self.source = source
        self.host: HostCost | None = table.host if table else None
        self._peaks = peaks
        self._table = table
        self._l2_bytes = l2_bytes
        self.tile_bound = tile_bound
        """In steps that hold prompts too, decode attention pays for whole tiles of queries."""
        self._efficiency = efficiency
        self._gemm_ratio = lru_cache(maxsize=64)(self._make_gemm_ratio)

    @property
    def bandwidth(self) -> float:
        """Peak bytes/s, for limits."""
        return next(iter(self._peaks.values())).bandwidth

    def peak(self, dtype: str) -> Peak:
        """Peak rates for GEMMs of that element type; the model's own where there is none."""
        return self._peaks.get(dtype) or self._peaks.get("bfloat16") or next(iter(self._peaks.values()))

    def gemm(self, n: int, k: int, m: ArrayLike, *, dtype: str, weight_bytes: float) -> Floats:
        """Seconds of one layer GEMM with ``m`` rows."""
        rows = np.asarray(m, dtype=np.float64)
        if self._table is None:
            e = self._efficiency
            reached = Peak(self.bandwidth * e.weight_stream, self.peak(dtype).flops * e.gemm)
            return reached.gemm(n, k, rows, weight_bytes)
        return self.peak(dtype).gemm(n, k, rows, weight_bytes) * self._gemm_ratio(n, k, dtype)(rows)

    def reached(self, dtype: str) -> Peak:
        """Bandwidth that weights stream at and FLOP/s that large GEMMs reach."""
        n = k = 8192
        peak = self.peak(dtype)
        stream = float(self.gemm(n, k, 1.0, dtype=dtype, weight_bytes=2.0))
        large = float(self.gemm(n, k, 4096.0, dtype=dtype, weight_bytes=2.0))
        return Peak(min(self.bandwidth, 2.0 * n * k / stream), min(peak.flops, 2.0 * n * k * 4096 / large))

    def decode_attention(
        self, heads: int, kv_heads: int, head_dim: int, batch: Floats, context: Floats, kv_bytes: float
    ) -> Floats:
        """Seconds of decode attention of one layer: ``batch`` requests of mean ``context`` tokens."""
        tasks = batch * kv_heads
        peak = next(iter(self._peaks.values()))
        if self._table is None or not self._table.decode_attention:
            reached = Peak(peak.bandwidth * self._efficiency.decode_attention, 1.0)
            return reached.decode_attention(tasks * context, head_dim, kv_bytes)
        ratio = self._decode_ratio(heads // kv_heads, kv_heads, head_dim)
        return peak.decode_attention(tasks * context, head_dim, kv_bytes) * ratio(tasks, context)

    def mixed_decode_attention(self, heads: int, head_dim: int, context: Floats, dtype: str) -> Floats:
        """Least seconds of one layer's decode attention in a step that also holds prompt chunks.

        FlashAttention 2 then runs one query token of one head per tile of 64 rows; only in steps
        of pure decoding does it pack the heads that share keys (``seqlenq_ngroups_swapped`` in
        flash-attention's ``flash_api.cpp``; ``kBlockM = 64`` in ``run_mha_fwd_splitkv_dispatch``).
        """
        if not self.tile_bound:
            return np.zeros_like(context)
        flops = 4.0 * heads * head_dim * _QUERY_TILE * context
        return flops / self._attention_flops(heads, head_dim, dtype)

    @lru_cache(maxsize=8)  # noqa: B019 - lives as long as the few tables of a process
    def _attention_flops(self, heads: int, head_dim: int, dtype: str) -> float:
        """FLOP/s that long prefill attention reaches."""
        n = np.asarray([8192.0])
        seconds = self.prefill_attention(heads, head_dim, n, np.zeros(1), dtype)
        return float(prefill_flops(heads, head_dim, n, 0.0)[0] / seconds[0])

    def prefill_attention(self, heads: int, head_dim: int, new: Floats, cached: Floats, dtype: str) -> Floats:
        """Seconds of prefill attention of one layer, chunk by chunk."""
        flops = prefill_flops(heads, head_dim, new, cached)
        peak = self.peak(dtype)
        if self._table is None or not self._table.prefill_attention:
            return Peak(1.0, peak.flops * self._efficiency.prefill_attention).prefill_attention(flops)
        return peak.prefill_attention(flops) * self._prefill_ratio(heads, head_dim)(flops)

    def _make_gemm_ratio(self, n: int, k: int, dtype: str) -> GemmRatio:
        assert self._table is not None
        measured = dtype if dtype in self._table.gemm else next(iter(self._table.gemm))
        bytes_there = {"fp8": 1.0, "float32": 4.0}.get(measured, 2.0)
        return GemmRatio(self._table.gemm[measured], _table_peak(self._table, measured), n, k, bytes_there)

    @lru_cache(maxsize=8)  # noqa: B019 - lives as long as the few tables of a process
    def _decode_ratio(self, group: int, kv_heads: int, head_dim: int) -> DecodeRatio:
        assert self._table is not None

        def distance(c: DecodeCurves) -> tuple[float, float, float]:
            return (
                abs(np.log(c.head_dim / head_dim)),
                abs(np.log(c.heads / c.kv_heads / group)),
                abs(np.log(c.kv_heads / kv_heads)),
            )

        best = min(self._table.decode_attention, key=distance)
        return DecodeRatio(best, _table_peak(self._table, "bfloat16"), self._l2_bytes)

    @lru_cache(maxsize=8)  # noqa: B019 - as above
    def _prefill_ratio(self, heads: int, head_dim: int) -> PrefillRatio:
        assert self._table is not None

        def distance(c: PrefillCurve) -> tuple[float, float]:
            return abs(np.log(c.head_dim / head_dim)), abs(np.log(c.heads / heads))

        best = min(self._table.prefill_attention, key=distance)
        return PrefillRatio(best, _table_peak(self._table, "bfloat16"))


def _table_peak(table: KernelTable, dtype: str) -> Peak:
    flops = table.roofline.tflops.get(dtype) or next(iter(table.roofline.tflops.values()))
    return Peak(table.roofline.bandwidth_gb_s * 1e9, flops * 1e12)


def sheet_peaks(gpu: Gpu) -> dict[str, Peak]:
    """The data sheet's peaks by element type."""
    bandwidth = gpu.bandwidth_gb_s.value * 1e9
    peaks = {"bfloat16": Peak(bandwidth, gpu.bf16_tflops.value * 1e12)}
    if gpu.fp8_tflops:
        peaks["fp8"] = Peak(bandwidth, gpu.fp8_tflops.value * 1e12)
    return peaks


def calibrated_times(table: KernelTable, *, tile_bound: bool = False) -> KernelTimes:
    """Kernel times from a calibration of this machine."""
    peaks = {dtype: _table_peak(table, dtype) for dtype in table.roofline.tflops}
    source = f"calibration of {table.device} with {table.engine}"
    return KernelTimes(peaks, "calibration", source, table, tile_bound=tile_bound)


def kernel_times(gpu: Gpu, calibration: KernelTable | None = None) -> KernelTimes:
    """Kernel times of that GPU from the best source there is."""
    if calibration is not None:
        return calibrated_times(calibration, tile_bound=gpu.runs_flash_attention_2)
    peaks, fa2 = sheet_peaks(gpu), gpu.runs_flash_attention_2
    if gpu.kernel_table:
        table = shipped_table(gpu.kernel_table)
        source = f"measured on {table.device} with {table.engine}: {table.source}"
        return KernelTimes(peaks, "table", source, table, l2_bytes=_l2(gpu), tile_bound=fa2)
    if gpu.kernels_like:
        like_id, like = find_gpu(gpu.kernels_like)
        if like.kernel_table is None:
            raise UsageError(
                f"{gpu.name} borrows from {like_id}, which has no kernel table",
                next_step="Name a GPU with a kernel_table in kernels_like",
            )
        table = shipped_table(like.kernel_table)
        source = f"measured on {table.device}, carried over by the data sheets"
        return KernelTimes(peaks, "carried over", source, table, l2_bytes=_l2(like), tile_bound=fa2)
    efficiency = gpu.efficiency or TYPICAL
    source = f"data sheet times {efficiency.source}"
    return KernelTimes(peaks, "data sheet", source, efficiency=efficiency, tile_bound=fa2)


def _l2(gpu: Gpu) -> float:
    return gpu.l2_mb.value * 1e6
