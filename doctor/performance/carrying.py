"""What one GPU's measured kernels say of another GPU.

Memory traffic carries over by the two bandwidths. Arithmetic does not carry over by the two
peaks: long GEMMs run at a power limit, which a small card hits far below its peak (A100 PCIe,
L4) and a card that its data sheet holds down (L20, H20) never.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from doctor.performance.costs import costs
from doctor.performance.gpus import Gpu
from doctor.performance.kernel_tables import KernelTable
from doctor.performance.roofline import Peak

_SUSTAINED_ROWS = 8192
"""A GEMM of so many rows takes a millisecond and more: long enough to be timed under its power limit."""


def table_peak(table: KernelTable, dtype: str) -> Peak:
    """The peaks that the table's own device has; the first element type's where it lacks one."""
    flops = table.roofline.tflops.get(dtype) or next(iter(table.roofline.tflops.values()))
    return Peak(table.roofline.bandwidth_gb_s * 1e9, flops * 1e12)


def sustained_flops(table: KernelTable, dtype: str) -> float | None:
    """FLOP/s that the longest measured GEMMs reach, in the median over shapes.

    Short ones are timed in bursts at full clock; a run under load sits at the power limit (an H200
    prefilling: 694 of 700 W, 1530 of 1980 MHz). The longest points come nearest. None for a
    table without such points, or without that element type.
    """
    curves = table.gemm.get(dtype)
    if curves is None or curves.m[-1] < _SUSTAINED_ROWS:
        return None
    rates = [2e6 * curves.m[-1] * s.n * s.k / s.us[-1] for s in curves.shapes if s.us[-1] is not None]
    return float(np.median(rates)) if rates else None


def carried_bounds(gpu: Gpu, like: Gpu, table: KernelTable, peaks: dict[str, Peak]) -> dict[str, Peak]:
    """Peaks for the bounds that ``table``, measured on ``like``, is carried over to ``gpu`` with.

    At a power limit FLOP/s go with the root of multiprocessors times power: power goes about with
    the square of the clock, so more units at a lower clock do more. They end at what GEMMs reach
    of a peak without such a limit.
    """
    power = gpu.power_w.value / like.power_w.value
    units = (
        gpu.multiprocessors.value / like.multiprocessors.value
        if gpu.multiprocessors and like.multiprocessors
        else 1.0
    )
    bounds = {}
    for dtype, peak in peaks.items():
        there = sustained_flops(table, dtype)
        if there is None:
            bounds[dtype] = peak
            continue
        here = min(costs().sustained_share * peak.flops, there * sqrt(units * power))
        bounds[dtype] = Peak(peak.bandwidth, here * table_peak(table, dtype).flops / there)
    return bounds
