"""Kernel times: what was measured comes out, what was not follows the physics."""

from __future__ import annotations

import numpy as np
import pytest

from doctor.performance.gpus import find_gpu
from doctor.performance.interpolation import DecodeRatio, GemmRatio
from doctor.performance.kernel_tables import DecodeCurves, GemmCurves, GemmShape, shipped_table
from doctor.performance.kernel_times import KernelTimes, kernel_times
from doctor.performance.roofline import ATTENTION_LAUNCH_S, Peak, prefill_flops

PEAK = Peak(bandwidth=1e12, flops=1e14)


def times(name: str) -> KernelTimes:
    return kernel_times(find_gpu(name)[1])


@pytest.mark.parametrize("gpu", ["a100", "h100", "h200", "b200", "l40s", "rtx-pro-6000"])
def test_measured_gemms_come_out_as_measured_below_the_sustained_rate(gpu: str) -> None:
    kernels = times(gpu)
    curves = shipped_table(find_gpu(gpu)[0]).gemm["bfloat16"]
    longest = sorted(2 * curves.m[-1] * s.n * s.k / s.us[-1] for s in curves.shapes if s.us[-1])
    sustained = (longest[(len(longest) - 1) // 2] + longest[len(longest) // 2]) / 2
    for shape in curves.shapes[::17]:
        for m, us in zip(curves.m, shape.us, strict=True):
            if us is not None:
                got = kernels.gemm(shape.n, shape.k, m, dtype="bfloat16", weight_bytes=2.0)
                slowest = max(us, 2 * m * shape.n * shape.k / sustained)
                assert float(got) == pytest.approx(slowest * 1e-6, rel=1e-3)


def test_a_gemm_between_measured_shapes_lies_between_them() -> None:
    kernels = times("a100")
    small, between, large = (
        float(kernels.gemm(4096, k, 64, dtype="bfloat16", weight_bytes=2.0)) for k in (10240, 11008, 12288)
    )
    assert small < between < large


def test_measured_decode_attention_comes_out_as_measured_where_l2_plays_no_part() -> None:
    table = shipped_table("a100-sxm-80g")
    curves = next(c for c in table.decode_attention if (c.heads, c.kv_heads) == (32, 8))
    b, c = curves.batch.index(128), curves.context.index(2048)
    got = times("a100").decode_attention(32, 8, 128, np.asarray([128.0]), np.asarray([2048.0]), 2.0)
    us = curves.us[b][c]
    assert us is not None
    assert got[0] == pytest.approx(us * 1e-6, rel=1e-3)


def test_heads_and_batch_are_interchangeable_without_shared_keys() -> None:
    kernels = times("a100")
    context = np.asarray([1500.0])
    many_heads = kernels.decode_attention(32, 32, 128, np.asarray([16.0]), context, 2.0)
    many_requests = kernels.decode_attention(8, 8, 128, np.asarray([64.0]), context, 2.0)
    assert many_heads[0] == pytest.approx(many_requests[0])


def test_points_that_l2_served_are_raised_to_what_memory_gives() -> None:
    rows = np.asarray([1e3, 1e6])  # 0.5 MB and 512 MB of keys and values
    honest = (ATTENTION_LAUNCH_S + rows * 512 / 0.8e12) * 1e6
    curves = DecodeCurves(
        heads=1,
        kv_heads=1,
        head_dim=128,
        batch=(1, 1000),
        context=(1000,),
        us=((float(honest[0]) / 3,), (float(honest[1]),)),
    )
    ratio = DecodeRatio(curves, PEAK, l2_bytes=40e6)
    cold = ratio(np.asarray([1000.0]), np.asarray([1000.0]))
    assert ratio(np.asarray([1.0]), np.asarray([1000.0])) == pytest.approx(cold)
    assert DecodeRatio(curves, PEAK)(np.asarray([1.0]), np.asarray([1000.0])) < 1


def test_no_shipped_gpu_reads_keys_faster_than_its_memory() -> None:
    batch, context = np.meshgrid([1.0, 8.0, 32.0, 128.0], [512.0, 2048.0, 8192.0])
    for gpu in ("a100", "h100", "h200", "b200", "l40s", "rtx-pro-6000"):
        kernels = times(gpu)
        seconds = kernels.decode_attention(32, 8, 128, batch.ravel(), context.ravel(), 2.0)
        moved = batch.ravel() * context.ravel() * 8 * 512
        assert (moved / seconds < kernels.bandwidth).all()


def test_carrying_over_scales_memory_by_bandwidth_and_arithmetic_by_units_and_power() -> None:
    like, carried = times("h100"), times("h100-pcie")
    assert carried.basis == "carried over"
    stream = [float(k.gemm(12288, 12288, 1, dtype="bfloat16", weight_bytes=2.0)) for k in (like, carried)]
    assert stream[1] / stream[0] == pytest.approx(3350 / 2000, rel=0.02)
    large = [float(k.gemm(8192, 8192, 8192, dtype="bfloat16", weight_bytes=2.0)) for k in (like, carried)]
    # 114 of 132 multiprocessors, 350 of 700 W: the root of 0.432.
    assert large[0] / large[1] == pytest.approx(0.657, rel=0.02)


def test_a_card_that_its_data_sheet_holds_down_is_not_held_down_by_power() -> None:
    """cuBLAS reaches 105 to 115 of an L20's 119.5 TFLOP/s; the L40S, whose table it takes, 56 %."""
    seconds = float(times("l20").gemm(8192, 8192, 8192, dtype="bfloat16", weight_bytes=2.0))
    assert 95e12 < 2 * 8192**3 / seconds < 115e12
    assert times("l20").peak("bfloat16").flops == 119.5e12, "limits stay those of the data sheet"


def test_a_gpu_without_fp8_units_still_reads_half_the_bytes() -> None:
    kernels = times("a100")
    plain = float(kernels.gemm(12288, 12288, 1, dtype="bfloat16", weight_bytes=2.0))
    fp8 = float(kernels.gemm(12288, 12288, 1, dtype="fp8", weight_bytes=1.0))
    assert fp8 / plain == pytest.approx(0.5, rel=0.03)


def test_points_that_were_not_measured_are_interpolated() -> None:
    curves = GemmCurves(m=(1, 64, 256), shapes=(GemmShape(n=1000, k=1000, us=(4.0, None, 8.0)),))
    ratio = GemmRatio(curves, PEAK, 1000, 1000, 2.0)
    assert np.isfinite(ratio(np.asarray([64.0]))).all()


def test_prefill_flops_by_hand() -> None:
    assert float(prefill_flops(2, 8, 10, 5)) == 4 * 2 * 8 * (10 * 5 + 50)


def mixed(gpu: str, heads: int, kv_heads: int, batch: float, context: float, prefill: float) -> float:
    one = np.ones(1)
    found = times(gpu).mixed_decode_attention(
        heads, kv_heads, 128, batch * one, context * one, prefill * one, 2.0, "bfloat16"
    )
    return float(found[0])


def test_flash_attention_2_pays_for_whole_tiles_in_mixed_steps() -> None:
    # 4 · 32 heads · 128 · 64 rows · 50 000 tokens = 52 GFLOP, at no more than L40S's 362 TFLOP/s.
    assert mixed("l40s", 32, 8, 50, 1000, 128) > 52e9 / 362e12
    assert mixed("h100", 32, 8, 50, 1000, 128) == 0, "FlashAttention 3 packs heads in every step"


def test_heads_that_share_keys_read_them_again_where_they_cannot_run_together() -> None:
    """A100: 88 requests of 2037 tokens, 40 heads on 8: one head's keys and values are 92 MB, L2 40.

    vLLM 0.11.0 takes 334 ms for such a step of Qwen3-14B with 1957 prompt tokens, and 238 ms for
    one of 2048 prompt tokens without contexts (GPUStack's performance lab): about 2 ms per layer.
    """
    by_hand = 88 * 2037 * 40 * 2 * 128 * 2 / 2.039e12
    assert by_hand < mixed("a100", 40, 8, 88, 2037, 1957) < 1.4 * by_hand
    assert mixed("a100", 40, 8, 88, 2037, 1957) == pytest.approx(2e-3, rel=0.15)


def test_few_blocks_of_one_group_run_at_once_and_share_what_they_read() -> None:
    shared, apart = (mixed("a100", 40, 8, n, 180_000 / n, 1957) for n in (6, 88))
    assert shared < 0.75 * apart


def test_keys_of_one_head_that_stay_in_l2_are_read_once() -> None:
    """L40S: 96 MB of L2. 400 requests of 100 tokens are 20 MB per head, of 600 tokens 123 MB."""
    short, long = (mixed("l40s", 32, 8, 400, tokens, 512) / tokens for tokens in (100, 600))
    assert long > 1.5 * short


def test_a_block_of_flash_attention_2_reads_what_one_long_request_shows() -> None:
    # 176 GB/s over 8 heads at 32768 tokens on A100, read off the table.
    assert times("a100").block_bandwidth == pytest.approx(22e9, rel=0.02)
    assert times("h100").block_bandwidth is None


def test_the_longest_request_outlasts_the_others_by_what_it_has_left() -> None:
    kernels = times("l40s")
    alone = kernels.block_bandwidth
    assert alone is not None

    def extra(heads: int, decodes: float, mean: float, longest: float) -> float:
        one = np.ones(1)
        found = kernels.straggler(heads, 8, 128, decodes * one, decodes * mean * one, longest * one, 2.0)
        return float(found[0])

    assert extra(32, 32, 1000, 1000) == 0
    # 32 · 8 = 256 blocks run at once on 142 multiprocessors: the longest has 3000 tokens left.
    assert extra(32, 32, 1000, 4000) == pytest.approx(3000 * 512 / alone)
    # 64 · 8 = 512 blocks, 284 at a time: by the end a block has read 1803 tokens' worth.
    assert extra(32, 64, 1000, 4000) == pytest.approx((4000 - 512 / 284 * 1000) * 512 / alone, rel=1e-3)
    assert extra(32, 8, 1000, 4000) == 0  # 64 blocks: few enough to be split
    assert extra(8, 8, 1000, 4000) > 0  # without shared keys nothing is split
