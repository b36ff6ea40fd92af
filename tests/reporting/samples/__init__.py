"""Reports made by hand, one per situation a reader can meet. Their numbers agree with each other."""

from collections.abc import Callable

from doctor.schema.documents import Document
from doctor.schema.report import Report
from tests.reporting.samples.comparison import comparison, hostile_comparison
from tests.reporting.samples.cpu_replica import cpu_replica
from tests.reporting.samples.diagnosis import diagnosis, hostile_diagnosis
from tests.reporting.samples.gpu_measured import gpu_measured
from tests.reporting.samples.hostile import hostile
from tests.reporting.samples.observed_only import observed_only
from tests.reporting.samples.prediction import prediction

ALL: dict[str, Callable[[], Report]] = {
    "cpu-replica": cpu_replica,
    "gpu-measured": gpu_measured,
    "hostile": hostile,
    "observed-only": observed_only,
}
"""Reports of checks."""

DOCUMENTS: dict[str, Callable[[], Document]] = {
    **ALL,
    "diagnosis": diagnosis,
    "hostile-diagnosis": hostile_diagnosis,
    "prediction": prediction,
    "comparison": comparison,
    "hostile-comparison": hostile_comparison,
}
"""Reports of every kind."""

__all__ = [
    "ALL",
    "DOCUMENTS",
    "comparison",
    "cpu_replica",
    "diagnosis",
    "gpu_measured",
    "hostile",
    "observed_only",
    "prediction",
]
