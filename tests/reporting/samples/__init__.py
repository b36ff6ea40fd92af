"""Reports made by hand, one per situation a reader can meet. Their numbers agree with each other."""

from tests.reporting.samples.cpu_replica import cpu_replica
from tests.reporting.samples.gpu_measured import gpu_measured
from tests.reporting.samples.hostile import hostile
from tests.reporting.samples.observed_only import observed_only

ALL = {
    "cpu-replica": cpu_replica,
    "gpu-measured": gpu_measured,
    "hostile": hostile,
    "observed-only": observed_only,
}

__all__ = ["ALL", "cpu_replica", "gpu_measured", "hostile", "observed_only"]
