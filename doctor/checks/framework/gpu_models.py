"""What the makers say of each GPU model; the figures lie in ``data/gpu_models.yaml``."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from doctor.schema.record import Record

_FILE = Path(__file__).parent / "data" / "gpu_models.yaml"


class GpuModel(Record):
    """One model as its maker describes it."""

    pattern: str
    """A regular expression over the driver's name of the GPU."""
    model: str
    form_factor: str
    memory_gb: float
    """As it is sold: 80 for a GPU that shows 79.6 GiB."""
    board_power_w: float
    memory_bandwidth_gb_s: float | None = None
    source: str


@lru_cache(maxsize=1)
def gpu_models() -> tuple[GpuModel, ...]:
    """All models, in the order in which they are tried."""
    return tuple(GpuModel.model_validate(entry) for entry in yaml.safe_load(_FILE.read_text())["models"])


def model_of(name: str, memory_bytes: int | None) -> GpuModel | None:
    """The model behind the driver's name; where one name is sold in two sizes, memory decides."""
    named = [model for model in gpu_models() if re.search(model.pattern, name)]
    if memory_bytes is None or len(named) < 2:
        return named[0] if named else None
    return min(named, key=lambda model: abs(model.memory_gb - memory_bytes / 1e9))
