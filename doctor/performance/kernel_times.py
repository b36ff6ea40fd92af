"""How long kernels take on one GPU, from the best source there is.

Best first: a calibration of this machine; the shipped table of the GPU; the table of a similar
GPU carried over by the two data sheets; the data sheet times fractions that GPUs reach.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike

from doctor.errors import UsageError
from doctor.performance.architecture import Experts
from doctor.performance.carrying import carried_bounds, sustained_flops, table_peak
from doctor.performance.costs import Basis, Efficiency, costs, typical
from doctor.performance.expert_times import ExpertRatio, experts_s
from doctor.performance.gpus import Gpu, find_gpu
from doctor.performance.interpolation import DecodeRatio, GemmRatio, PrefillRatio
from doctor.performance.kernel_tables import DecodeCurves, HostCost, KernelTable, PrefillCurve, shipped_table
from doctor.performance.roofline import Floats, Peak, prefill_flops

_QUERY_TILE = 64
_SPLIT_BELOW = 0.8
_BLOCKS_PER_UNIT = 2
"""Blocks of FlashAttention 2's split kernel per multiprocessor, at 64 to 100 KB of shared memory each."""
_MULTIPROCESSORS = 100
"""Where a data sheet does not say; between an L20 and an A100."""


class KernelTimes:
    """Seconds per kernel for one GPU."""

    def __init__(
        self,
        peaks: dict[str, Peak],
        basis: Basis,
        source: str,
        table: KernelTable | None = None,
        efficiency: Efficiency | None = None,
        *,
        bounds: dict[str, Peak] | None = None,
        l2_bytes: float = 0.0,
        warm_below: float = 0.0,
        tile_bound: bool = False,
        multiprocessors: int = _MULTIPROCESSORS,
    ) -> None:
        self.basis: Basis = basis
        self.source = source
        self.host: HostCost | None = table.host if table else None
        self._peaks = peaks
        self._bounds = bounds or peaks
        """What the table's ratios are taken of."""
        self._table = table
        self._l2_bytes, self._warm_below = l2_bytes, warm_below
        self.tile_bound = tile_bound
        """In steps that hold prompts too, decode attention pays for whole tiles of queries."""
        self.multiprocessors = multiprocessors
        self._efficiency = efficiency or typical()
        self._gemm_ratio = lru_cache(maxsize=64)(self._make_gemm_ratio)

    @property
    def bandwidth(self) -> float:
        """Peak bytes/s, for limits."""
        return next(iter(self._peaks.values())).bandwidth

    def peak(self, dtype: str) -> Peak:
        """Peak rates for GEMMs of that element type; the model's own where there is none."""
        return self._peaks.get(dtype) or self._peaks.get("bfloat16") or next(iter(self._peaks.values()))

    def _bound(self, dtype: str) -> Peak:
        return self._bounds.get(dtype) or next(iter(self._bounds.values()))

    def gemm(self, n: int, k: int, m: ArrayLike, *, dtype: str, weight_bytes: float) -> Floats:
        """Seconds of one layer GEMM with ``m`` rows."""
        rows = np.asarray(m, dtype=np.float64)
        if self._table is None:
            e = self._efficiency
            reached = Peak(self.bandwidth * e.weight_stream, self.peak(dtype).flops * e.gemm)
            return reached.gemm(n, k, rows, weight_bytes)
        measured = self._bound(dtype).gemm(n, k, rows, weight_bytes) * self._gemm_ratio(n, k, dtype)(rows)
        return np.maximum(measured, 2.0 * rows * n * k / self._sustained(dtype))

    @lru_cache(maxsize=8)  # noqa: B019 - lives as long as the few tables of a process
    def _sustained(self, dtype: str) -> float:
        """FLOP/s that no GEMM exceeds under load; a table without long points sets no limit."""
        assert self._table is not None
        measured = dtype if dtype in self._table.gemm else next(iter(self._table.gemm))
        there = sustained_flops(self._table, measured)
        if there is None:
            return float("inf")
        return there * self._bound(dtype).flops / table_peak(self._table, measured).flops

    def experts(
        self, experts: Experts, hidden: int, tokens: Floats, *, dtype: str, weight_bytes: float
    ) -> Floats:
        """Seconds of one layer's routed experts, every token choosing its own at random."""
        peak = self._bound(dtype)
        curves = self._table.experts if self._table else {}
        if not curves:
            reached = self.reached(dtype)
            share = Peak(reached.bandwidth, reached.flops * costs().expert_compute)
            return experts_s(experts, hidden, tokens, weight_bytes, share)
        assert self._table is not None
        measured = dtype if dtype in curves else next(iter(curves))
        there = table_peak(self._table, measured)
        ratio = ExpertRatio(curves[measured], experts, hidden, there, 1.0 if measured == "fp8" else 2.0)
        return experts_s(experts, hidden, tokens, weight_bytes, peak) * ratio(experts, tokens)

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

    @cached_property
    def block_bandwidth(self) -> float | None:
        """Bytes/s that one thread block of FlashAttention 2 reads; None where nothing tells it.

        Without shared keys it never splits a request, so one request of a long context shows what
        a block per head reads: 22 GB/s on A100, 26 to 27 on L40S and RTX PRO 6000.
        """
        if not self.tile_bound or self._table is None:
            return None
        apart = [c for c in self._table.decode_attention if c.heads == c.kv_heads and c.batch[0] == 1]
        rates = [
            2e6 * 2 * c.head_dim * context / us
            for c in apart
            for context, us in zip(c.context, c.us[0], strict=True)
            if us is not None
        ]
        return max(rates, default=None)

    def straggler(
        self,
        heads: int,
        kv_heads: int,
        head_dim: int,
        decodes: Floats,
        context: Floats,
        longest: Floats,
        kv_bytes: float,
    ) -> Floats:
        """Seconds by which the longest request outlasts the others in one layer's decode attention.

        FlashAttention 2 gives a request and KV head one thread block, unless so few of them are
        there that it splits them (heads that share keys only: below 0.8 blocks per
        multiprocessor, ``num_splits_heuristic`` in ``flash_api.cpp``). While all run they share
        the memory; what the longest has left then, it reads alone.
        """
        if self.block_bandwidth is None:
            return np.zeros_like(decodes)
        per_token = 2 * head_dim * kv_bytes
        blocks = decodes * kv_heads
        together = np.minimum(blocks, _BLOCKS_PER_UNIT * self.multiprocessors)
        by_then = context * kv_heads / np.maximum(together, 1.0)
        left = np.maximum(0.0, longest - by_then) * per_token / self.block_bandwidth
        split = (heads > kv_heads) & (blocks < _SPLIT_BELOW * self.multiprocessors)
        return np.where(split, 0.0, left)

    def with_rereads(self, seconds: Floats, rereads: Floats, prefix_bytes: float) -> Floats:
        """Seconds of decode attention that take ``seconds`` without a shared prefix.

        ``rereads`` is the fraction of all KV rows that belong to a prefix which another request
        of the step reads too; it comes from L2 where the prefix of one layer fits.
        """
        if prefix_bytes > costs().l2_share * self._l2_bytes:
            return seconds
        l2 = self.multiprocessors * costs().l2_per_multiprocessor
        faster = min(1.0, self.bandwidth / l2)
        return seconds * (1.0 - rereads * (1.0 - faster))

    def mixed_decode_attention(
        self,
        heads: int,
        kv_heads: int,
        head_dim: int,
        batch: Floats,
        context: Floats,
        prefill: Floats,
        kv_bytes: float,
        dtype: str,
    ) -> Floats:
        """Least seconds of one layer's decode attention in a step that also holds ``prefill`` tokens.

        FlashAttention 2 then runs one query token of one head per tile of 64 rows; only in steps
        of pure decoding does it pack the heads that share keys (``seqlenq_ngroups_swapped`` in
        flash-attention's ``flash_api.cpp``; ``kBlockM = 64`` in ``run_mha_fwd_splitkv_dispatch``).
        Its grid takes all requests of one head before the next head (``run_flash_splitkv_fwd``).
        So heads that share keys read them again from memory, unless so few blocks have work that
        all of the group run at once, or L2 still holds the keys of one head: all of them up to the
        share of L2 that two partitions with copies leave, none beyond the whole of it.
        """
        if not self.tile_bound:
            return np.zeros_like(context)
        flops = 4.0 * heads * head_dim * _QUERY_TILE * batch * context
        tiles = flops / self._attention_flops(heads, head_dim, dtype)
        again = self.decode_attention(heads, heads, head_dim, batch, context, kv_bytes)
        group = (batch + prefill / _QUERY_TILE) * (heads / kv_heads)
        at_once = group <= _BLOCKS_PER_UNIT * self.multiprocessors
        beyond = batch * context * 2 * head_dim * kv_bytes / max(self._l2_bytes, 1.0) - costs().l2_share
        missed = np.where(at_once, 0.0, np.clip(beyond / (1.0 - costs().l2_share), 0.0, 1.0))
        once = self.decode_attention(heads, kv_heads, head_dim, batch, context, kv_bytes)
        return np.asarray(np.maximum(tiles, once + missed * np.maximum(0.0, again - once)))

    @lru_cache(maxsize=8)  # noqa: B019 - lives as long as the few tables of a process
    def _attention_flops(self, heads: int, head_dim: int, dtype: str) -> float:
        """FLOP/s that long prefill attention reaches."""
        n = np.asarray([8192.0])
        seconds = self.prefill_attention(heads, head_dim, n, np.zeros(1), dtype)
        return float(prefill_flops(heads, head_dim, n, 0.0)[0] / seconds[0])

    def prefill_attention(self, heads: int, head_dim: int, new: Floats, cached: Floats, dtype: str) -> Floats:
        """Seconds of prefill attention of one layer, chunk by chunk."""
        flops = prefill_flops(heads, head_dim, new, cached)
        peak = self._bound(dtype)
        if self._table is None or not self._table.prefill_attention:
            return Peak(1.0, peak.flops * self._efficiency.prefill_attention).prefill_attention(flops)
        return peak.prefill_attention(flops) * self._prefill_ratio(heads, head_dim)(flops)

    def _make_gemm_ratio(self, n: int, k: int, dtype: str) -> GemmRatio:
        assert self._table is not None
        measured = dtype if dtype in self._table.gemm else next(iter(self._table.gemm))
        bytes_there = {"fp8": 1.0, "float32": 4.0}.get(measured, 2.0)
        return GemmRatio(self._table.gemm[measured], table_peak(self._table, measured), n, k, bytes_there)

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
        return DecodeRatio(best, table_peak(self._table, "bfloat16"), self._warm_below)

    @lru_cache(maxsize=8)  # noqa: B019 - as above
    def _prefill_ratio(self, heads: int, head_dim: int) -> PrefillRatio:
        assert self._table is not None

        def distance(c: PrefillCurve) -> tuple[float, float]:
            return abs(np.log(c.head_dim / head_dim)), abs(np.log(c.heads / heads))

        best = min(self._table.prefill_attention, key=distance)
        return PrefillRatio(best, table_peak(self._table, "bfloat16"))


def sheet_peaks(gpu: Gpu) -> dict[str, Peak]:
    """The data sheet's peaks by element type."""
    bandwidth = gpu.bandwidth_gb_s.value * 1e9
    peaks = {"bfloat16": Peak(bandwidth, gpu.bf16_tflops.value * 1e12)}
    if gpu.fp8_tflops:
        peaks["fp8"] = Peak(bandwidth, gpu.fp8_tflops.value * 1e12)
    return peaks


def calibrated_times(
    table: KernelTable,
    *,
    tile_bound: bool = False,
    units: int = _MULTIPROCESSORS,
    l2_bytes: float | None = None,
) -> KernelTimes:
    """Kernel times from a calibration of this machine."""
    peaks = {dtype: table_peak(table, dtype) for dtype in table.roofline.tflops}
    source = f"calibration of {table.device} with {table.engine}"
    l2 = costs().cpu_cache_bytes if l2_bytes is None else l2_bytes
    return KernelTimes(
        peaks, "calibration", source, table, l2_bytes=l2, tile_bound=tile_bound, multiprocessors=units
    )


def kernel_times(gpu: Gpu, calibration: KernelTable | None = None) -> KernelTimes:
    """Kernel times of that GPU from the best source there is."""
    if calibration is not None:
        return calibrated_times(
            calibration, tile_bound=gpu.runs_flash_attention_2, units=_units(gpu), l2_bytes=_l2(gpu)
        )
    peaks, fa2, units = sheet_peaks(gpu), gpu.runs_flash_attention_2, _units(gpu)
    if gpu.kernel_table:
        table = shipped_table(gpu.kernel_table)
        source = f"measured on {table.device} with {table.engine}: {table.source}"
        return KernelTimes(
            peaks,
            "table",
            source,
            table,
            l2_bytes=_l2(gpu),
            warm_below=_l2(gpu),
            tile_bound=fa2,
            multiprocessors=units,
        )
    if gpu.kernels_like:
        like_id, like = find_gpu(gpu.kernels_like)
        if like.kernel_table is None:
            raise UsageError(
                f"{gpu.name} borrows from {like_id}, which has no kernel table",
                next_step="Name a GPU with a kernel_table in kernels_like",
            )
        table = shipped_table(like.kernel_table)
        source = f"measured on {table.device}, carried over by the data sheets"
        return KernelTimes(
            peaks,
            "carried over",
            source,
            table,
            bounds=carried_bounds(gpu, like, table, peaks),
            l2_bytes=_l2(gpu),
            warm_below=_l2(like),
            tile_bound=fa2,
            multiprocessors=units,
        )
    efficiency = gpu.efficiency or typical()
    source = f"data sheet times {efficiency.source}"
    return KernelTimes(
        peaks,
        "data sheet",
        source,
        efficiency=efficiency,
        l2_bytes=_l2(gpu),
        tile_bound=fa2,
        multiprocessors=units,
    )


def _l2(gpu: Gpu) -> float:
    return gpu.l2_mb.value * 1e6


def _units(gpu: Gpu) -> int:
    return round(gpu.multiprocessors.value) if gpu.multiprocessors else _MULTIPROCESSORS
