"""An ablation: a change to the reference's setup that measures what one cause costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from doctor.schema.record import Record
from doctor.schema.setup import Scalar

KV_CACHE_SEQUENCES = "engine.kv_cache_sequences"
"""The one path that is no field of ``Setup``: how many sequences of the arm's own prompt and
output length fit into the KV cache at once. The planner turns it into
``engine.num_gpu_blocks_override`` (CPU, replicas) or ``engine.gpu_memory_utilization`` (GPU).
A ``Scale`` there is relative to the sequences that the reference keeps in flight."""


class Scale(Record):
    """A change relative to the reference's own value: ``Scale(times=0.5)`` halves it."""

    times: float


class Ablation(Record):
    """What to change in the reference's setup, as data. The planner turns it into an arm.

    ``changes`` maps dotted paths of ``Setup`` to the value in the ablation's arm. A ``Scale``
    on a count rounds to the nearest whole number and never below one.
    """

    id: str
    title: str
    cause: str
    factor: str
    changes: Mapping[str, Scalar | Scale]
    requires: Literal["any", "gpu"] = "any"
    """``gpu``: means nothing on a CPU build (CUDA graphs, GPU memory)."""
    inflates: bool = False
    """It makes a run faster than honest work would: a published figure may have been reached so."""
    note: str = ""
