from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doctor.nvml import nvml_session
from doctor.telemetry.gpu import engine_gpus
from doctor.telemetry.processes import ProcessTree
from doctor.telemetry.sampler import HostSampler
from doctor.telemetry.series import BoundedSeries
from tests.probes.fake_nvml import FakeNvml


def wait_for_samples(sampler: HostSampler, count: int) -> None:
    """Until that many samples are there; the suite's own timeout ends a wait that is in vain."""
    while len(sampler._series.items()) < count:
        time.sleep(0.005)


def test_samples_have_host_and_gpu() -> None:
    sampler = HostSampler(interval_s=0.01, load_nvml=FakeNvml.of("a100_pcie_power_cap").load)
    sampler.start([os.getpid()])
    wait_for_samples(sampler, 3)
    samples = sampler.stop()
    assert [sample.t_s for sample in samples] == sorted(sample.t_s for sample in samples)
    last = samples[-1]
    assert last.gpu_power_w == 44
    assert last.gpu_throttle_reasons == 0x4
    assert last.memory_engine_bytes
    assert last.memory_available_bytes
    assert last.cpu_engine_percent is not None
    assert last.cpu_engine_percent >= 0
    assert sampler.notes == []


def test_without_a_driver_the_host_is_still_sampled() -> None:
    sampler = HostSampler(interval_s=0.01, load_nvml=FakeNvml.of("no_driver").load)
    sampler.start([os.getpid()])
    samples = sampler.stop()
    assert samples[0].gpu_power_w is None
    assert samples[0].memory_available_bytes
    assert sampler.notes == ["no GPU telemetry: NVML Shared Library Not Found"]


def test_a_driver_that_dies_in_the_middle_ends_only_the_gpu_readings() -> None:
    fake = FakeNvml.of("a100_sxm")
    sampler = HostSampler(interval_s=0.01, load_nvml=fake.load)
    sampler.start([os.getpid()])
    wait_for_samples(sampler, 2)
    fake.lost = True
    wait_for_samples(sampler, 6)
    samples = sampler.stop()
    assert samples[0].gpu_power_w is not None
    assert samples[-1].gpu_power_w is None
    assert samples[-1].memory_available_bytes
    assert len(sampler.notes) == 1
    assert "ended in the middle" in sampler.notes[0]
    assert fake.open_sessions == 0


def test_a_driver_that_answers_nonsense_ends_only_the_gpu_readings() -> None:
    fake = FakeNvml({"devices": [{"nvmlDeviceGetPowerUsage": "many watts"}]})
    sampler = HostSampler(interval_s=0.01, load_nvml=fake.load)
    sampler.start()
    assert sampler.stop()[-1].gpu_power_w is None
    assert "ended in the middle" in sampler.notes[0]


def test_times_count_from_the_origin_given() -> None:
    sampler = HostSampler(interval_s=0.01, load_nvml=FakeNvml.of("no_driver").load)
    origin = time.monotonic() - 1000
    sampler.start(origin_s=origin)
    assert all(sample.t_s >= 1000 for sample in sampler.stop())
    sampler.start()
    began = time.monotonic()
    (first, *_) = sampler.stop(origin_s=began - 500)
    assert 499 < first.t_s < 600


def test_it_can_be_started_again_but_not_twice() -> None:
    sampler = HostSampler(interval_s=0.01, load_nvml=FakeNvml.of("no_driver").load)
    sampler.start()
    with pytest.raises(RuntimeError):
        sampler.start()
    assert len(sampler.stop()) >= 1
    assert HostSampler().stop() == ()


def test_children_are_counted_and_a_tree_that_ended_is_none(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    burn = f"import pathlib\npathlib.Path({str(ready)!r}).touch()\nwhile True: pass"
    parent = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])"
    process = subprocess.Popen([sys.executable, "-c", parent], start_new_session=True)
    try:
        while not ready.exists():
            time.sleep(0.01)
        tree = ProcessTree([process.pid])
        assert tree.read(0.0)[0] is None  # no difference to take yet
        percent: float | None = 0.0
        while not percent:
            time.sleep(0.05)
            percent, resident = tree.read(1.0)
            assert resident
            tree._last_t = 0.0
    finally:
        os.killpg(process.pid, 9)
        process.wait()
    assert ProcessTree([process.pid]).read(0.0) == (None, None)


@pytest.mark.parametrize(
    ("visible", "count", "buses"),
    [
        (None, 1, ["00000000:17:00.0"]),
        (None, 4, ["00000000:17:00.0", "00000000:CA:00.0"]),
        ("1", 1, ["00000000:CA:00.0"]),
        ("1,0", 2, ["00000000:CA:00.0", "00000000:17:00.0"]),
        ("", 1, []),
        ("7", 1, []),
        ("GPU-unknown", 1, []),
    ],
)
def test_the_gpus_of_the_engine(visible: str | None, count: int, buses: list[str]) -> None:
    environ = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    with nvml_session(FakeNvml.of("two_a100_unwell").load) as nvml:
        handles = engine_gpus(nvml, count, environ)
        assert [nvml.ask("nvmlDeviceGetPciInfo", handle).busId for handle in handles] == buses


@pytest.mark.parametrize("bound", [2, 3, 8])
@pytest.mark.parametrize("offered", [0, 1, 2, 7, 100, 1001])
def test_a_series_stays_within_its_bound_and_evenly_spaced(bound: int, offered: int) -> None:
    series = BoundedSeries[int](bound)
    for item in range(offered):
        series.add(item)
    kept = series.items()
    assert len(kept) <= bound
    assert len(kept) >= min(offered, bound // 2)
    steps = {after - before for before, after in itertools.pairwise(kept)}
    assert len(steps) <= 1


def test_a_series_needs_room() -> None:
    with pytest.raises(ValueError, match="two items"):
        BoundedSeries[int](1)
