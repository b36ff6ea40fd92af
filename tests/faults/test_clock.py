"""A wall clock that jumps by hours, forth and back, under the check and under the engine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from doctor.rundir import read_record
from doctor.schema.report import Report
from tests.faults.conftest import FakeEngine
from tests.faults.test_signals import command, results

JUMPING = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
/* Every look at the wall clock is off by another amount, up to half a year, before or after. */
static long jump(void) {
  static unsigned n = 1;
  n = n * 1103515245u + 12345u;
  return (long)(n >> 8) - 8388608L;
}
int clock_gettime(clockid_t which, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int failed = real(which, t);
  if (!failed && which == CLOCK_REALTIME) t->tv_sec += jump();
  return failed;
}
int gettimeofday(struct timeval *t, void *zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  t->tv_sec = now.tv_sec; t->tv_usec = now.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *t) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (t) *t = now.tv_sec;
  return now.tv_sec;
}
"""


@pytest.fixture(scope="module")
def jumping_clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the jumping clock with")
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(JUMPING)
    library = folder / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, folder / "clock.c", "-ldl"], check=True)
    return library


def test_the_clock_does_jump(jumping_clock: Path) -> None:
    probe = [sys.executable, "-c", "import time; print(time.time()); print(time.time())"]
    done = subprocess.run(probe, env={"LD_PRELOAD": str(jumping_clock)}, capture_output=True, check=True)
    first, second = map(float, done.stdout.split())
    assert abs(first - second) > 3600


def test_nothing_that_is_measured_hangs_on_the_wall_clock(
    jumping_clock: Path, engine: FakeEngine, tmp_path: Path
) -> None:
    for name, preload in (("steady", {}), ("jumping", {"LD_PRELOAD": str(jumping_clock)})):
        engine.plan()
        line, environment = command(engine, tmp_path / name), {**engine.environment, **preload}
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
    assert results(tmp_path / "jumping") == results(tmp_path / "steady")
    report = read_record(tmp_path / "jumping" / "report.json", Report)
    assert 0 < report.provenance.duration_s < 120
    assert all(0 <= sample.t_s < 120 for run in report.runs for sample in run.host_samples)
