"""Interpolating measured ratios: over rows, over a grid, and from neighbouring matrix shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doctor.performance.kernel_tables import DecodeCurves, GemmCurves, GemmShape, PrefillCurve
from doctor.performance.roofline import Floats, Peak, prefill_flops

_NEIGHBOURS = 4
_CACHE_MARGIN = 2.0
"""A working set of twice the L2 still finds part of itself there."""


class GemmRatio:
    """Measured over bound for one matrix shape, by rows, from the nearest measured shapes."""

    def __init__(self, curves: GemmCurves, peak: Peak, n: int, k: int, weight_bytes: float) -> None:
        near = _nearest(curves.shapes, n, k)
        self._log_m = np.log(np.asarray(curves.m, dtype=np.float64))
        self._ratio = np.zeros(len(curves.m))
        total = sum(weight for weight, _ in near)
        for weight, shape in near:
            self._ratio += weight / total * _shape_ratio(curves, shape, peak, weight_bytes)

    def __call__(self, m: Floats) -> Floats:
        """The ratio at these row counts; constant outside the measured ones."""
        return np.asarray(np.interp(np.log(np.maximum(m, 1.0)), self._log_m, self._ratio), dtype=np.float64)


def _nearest(shapes: Sequence[GemmShape], n: int, k: int) -> list[tuple[float, GemmShape]]:
    """The nearest shapes with weights by inverse squared distance in log n and log k."""
    by_distance = sorted(
        ((np.log(s.n / n) ** 2 + np.log(s.k / k) ** 2, s) for s in shapes), key=lambda pair: pair[0]
    )
    if by_distance[0][0] == 0:
        return [(1.0, by_distance[0][1])]
    return [(1.0 / float(d), s) for d, s in by_distance[:_NEIGHBOURS]]


def _shape_ratio(curves: GemmCurves, shape: GemmShape, peak: Peak, weight_bytes: float) -> Floats:
    m = np.asarray(curves.m, dtype=np.float64)
    us = np.asarray([np.nan if u is None else u for u in shape.us])
    ratio = us * 1e-6 / peak.gemm(shape.n, shape.k, m, weight_bytes)
    known = np.isfinite(ratio)
    return np.asarray(np.interp(np.log(m), np.log(m[known]), ratio[known]), dtype=np.float64)


class DecodeRatio:
    """Measured over bound for decode attention, over KV heads × batch and context.

    A benchmark that repeats one call finds a small KV cache in L2, where a model's layers do not:
    L40S "reads" three times its bandwidth up to the size of its L2, and drops to 0.75 of it
    beyond. Points that L2 may have served are raised to the median of those it cannot have.
    """

    def __init__(self, curves: DecodeCurves, peak: Peak, l2_bytes: float = 0.0) -> None:
        tasks = np.asarray(curves.batch, dtype=np.float64) * curves.kv_heads
        context = np.asarray(curves.context, dtype=np.float64)
        us = np.asarray([[np.nan if u is None else u for u in row] for row in curves.us])
        rows = np.outer(tasks, context)
        ratio = us * 1e-6 / peak.decode_attention(rows, curves.head_dim)
        self._ratio = _fill_from_shorter(_without_cache(ratio, rows * curves.head_dim * 4, l2_bytes))
        self._log_tasks, self._log_context = np.log(tasks), np.log(context)

    def __call__(self, tasks: Floats, context: Floats) -> Floats:
        """Bilinear in the logarithms; constant outside what was measured."""
        i, u = _locate(self._log_tasks, np.log(np.maximum(tasks, 1.0)))
        j, v = _locate(self._log_context, np.log(np.maximum(context, 1.0)))
        r = self._ratio
        i1, j1 = np.minimum(i + 1, r.shape[0] - 1), np.minimum(j + 1, r.shape[1] - 1)
        low = r[i, j] * (1 - v) + r[i, j1] * v
        high = r[i1, j] * (1 - v) + r[i1, j1] * v
        return np.asarray(low * (1 - u) + high * u)


def _locate(grid: Floats, x: Floats) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.intp]], Floats]:
    """The cell of ``grid`` that holds x, and the position in it from 0 to 1."""
    if len(grid) == 1:
        return np.zeros(x.shape, dtype=np.intp), np.zeros(x.shape)
    cell = np.clip(np.searchsorted(grid, x) - 1, 0, len(grid) - 2)
    position = (x - grid[cell]) / (grid[cell + 1] - grid[cell])
    return cell, np.clip(position, 0.0, 1.0)


def _without_cache(ratio: Floats, kv_bytes: Floats, l2_bytes: float) -> Floats:
    warm = kv_bytes < _CACHE_MARGIN * l2_bytes
    cold = ratio[~warm & np.isfinite(ratio)]
    if not warm.any() or not len(cold):
        return ratio
    return np.where(warm, np.maximum(ratio, np.quantile(cold, 0.5)), ratio)


def _fill_from_shorter(ratio: Floats) -> Floats:
    """Points too large to have been measured take the ratio of the longest context that was."""
    filled = ratio.copy()
    for row in filled:
        known = np.flatnonzero(np.isfinite(row))
        row[known[-1] + 1 :] = row[known[-1]]
    return np.asarray(filled, dtype=np.float64)


class PrefillRatio:
    """Measured over bound for causal prefill attention, over its FLOPs."""

    def __init__(self, curve: PrefillCurve, peak: Peak) -> None:
        flops = prefill_flops(curve.heads, curve.head_dim, np.asarray(curve.tokens), 0.0)
        self._log_flops = np.log(flops)
        self._ratio = np.asarray(curve.us) * 1e-6 / peak.prefill_attention(flops)

    def __call__(self, flops: Floats) -> Floats:
        """Linear in log FLOPs; constant outside what was measured."""
        ratio = np.interp(np.log(np.maximum(flops, 1.0)), self._log_flops, self._ratio)
        return np.asarray(ratio, dtype=np.float64)
