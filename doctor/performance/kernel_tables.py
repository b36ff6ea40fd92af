"""Tables of measured kernel times: the file format, and reading it.

The shipped tables are condensed from NVIDIA's AIConfigurator (see ``kernels/NOTICE``);
``qdoctor calibrate`` writes the same format for the machine it runs on. Times in microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from doctor.errors import InputError
from doctor.plain_files import json_within, read_bounded
from doctor.schema.record import Record
from doctor.schema.violations import violation

_MOST_BYTES = 8 << 20
_MOST_PARTS = 100_000
KERNEL_FOLDER = Path(__file__).parent / "kernels"


class Roofline(Record):
    """The rates that measured times are compared to: a data sheet's, or the best seen here."""

    bandwidth_gb_s: float = Field(gt=0)
    tflops: Mapping[str, float]
    """By element type of the GEMM's inputs: "bfloat16", "fp8", "float32"."""


class GemmShape(Record):
    """One weight matrix (k inputs, n outputs) at the row counts of its :class:`GemmCurves`."""

    n: int
    k: int
    us: tuple[float | None, ...]


class GemmCurves(Record):
    """GEMM times of one element type; None where a point was not measured."""

    m: tuple[int, ...]
    shapes: tuple[GemmShape, ...] = Field(min_length=1)


class DecodeCurves(Record):
    """Decode attention of one layer by batch (outer) and context tokens (inner)."""

    heads: int
    kv_heads: int
    head_dim: int
    batch: tuple[int, ...]
    context: tuple[int, ...]
    us: tuple[tuple[float | None, ...], ...]


class PrefillCurve(Record):
    """Causal prefill attention of one layer, one sequence, by its tokens."""

    heads: int
    kv_heads: int
    head_dim: int
    tokens: tuple[int, ...]
    us: tuple[float, ...]


class ExpertCurve(Record):
    """Routed experts of one layer by tokens: vLLM's fused_moe, routing included."""

    experts: int
    per_token: int
    hidden: int
    intermediate: int
    """Inner width of one expert."""
    balanced: bool
    """Every expert was given as many tokens; else they were drawn from a power law."""
    tokens: tuple[int, ...]
    us: tuple[float, ...]


class HostCost(Record):
    """Time the host takes per engine step, as measured, and per running request."""

    per_step_s: float = Field(ge=0)
    per_request_s: float = Field(ge=0)
    per_token_s: float = Field(default=0.0, ge=0)
    """Per prompt token: small kernels that no table holds, where whole steps were measured."""
    source: str = ""


class KernelTable(Record):
    """All measured kernels of one device."""

    format: Literal[1]
    gpu: str
    device: str
    engine: str
    """What ran the kernels, with its version: "vLLM 0.24.0", "torch 2.11.0"."""
    source: str
    roofline: Roofline
    gemm: Mapping[str, GemmCurves]
    decode_attention: tuple[DecodeCurves, ...] = ()
    prefill_attention: tuple[PrefillCurve, ...] = ()
    experts: Mapping[str, tuple[ExpertCurve, ...]] = Field(default_factory=dict)
    """By element type of the weights."""
    host: HostCost | None = None
    memory_bytes: int | None = None
    """Total device memory, where the table was measured on this machine."""
    calibrated: bool = False
    """Measured on the machine it is used for, by ``qdoctor calibrate``."""


@cache
def load_table(path: Path) -> KernelTable:
    """Read and validate one table."""
    try:
        return KernelTable.model_validate_json(json_within(read_bounded(path, _MOST_BYTES), _MOST_PARTS))
    except (OSError, ValidationError) as error:
        why = violation(error, KernelTable) if isinstance(error, ValidationError) else error.strerror
        raise InputError(
            f"This kernel table cannot be used: {why}",
            where=str(path),
            next_step="Write it anew with `qdoctor calibrate`, or correct it",
        ) from error


def shipped_table(name: str, folder: Path = KERNEL_FOLDER) -> KernelTable:
    """The shipped table of that name."""
    return load_table(folder / f"{name}.json")
