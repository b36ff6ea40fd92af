"""GPUs by data sheet: one YAML file each in ``doctor/performance/gpus``, each value with its source."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError, model_validator

from doctor.errors import InputError, UsageError
from doctor.performance.costs import Efficiency, Sourced
from doctor.schema.record import Record
from doctor.schema.setup import Hardware
from doctor.schema.violations import violation
from doctor.yaml_files import read_mapping

GPU_FOLDER = Path(__file__).parent / "gpus"
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Gpu(Record):
    """One GPU. TFLOPS are dense with float32 accumulation."""

    name: str
    aliases: tuple[str, ...] = ()
    device_names: tuple[str, ...] = ()
    """As the driver names it."""
    architecture: str
    compute_capability: str | None = None
    """As CUDA counts it ("8.0"); None for other makers."""
    memory_gib: Sourced
    """What torch reports as total, in GiB; less than the data sheet says."""
    bandwidth_gb_s: Sourced
    bf16_tflops: Sourced
    fp8_tflops: Sourced | None = None
    power_w: Sourced
    l2_mb: Sourced
    multiprocessors: Sourced | None = None
    """Streaming multiprocessors, or compute units."""
    kernel_table: str | None = None
    """The measured table of this GPU in ``doctor/performance/kernels``."""
    kernels_like: str | None = None
    """The GPU whose measured table stands in, carried over by the two data sheets."""
    efficiency: Efficiency | None = None

    @model_validator(mode="after")
    def _one_basis(self) -> Gpu:
        if sum(x is not None for x in (self.kernel_table, self.kernels_like, self.efficiency)) > 1:
            raise ValueError("give one of kernel_table, kernels_like and efficiency")
        return self

    @property
    def runs_flash_attention_2(self) -> bool:
        """vLLM takes FlashAttention 3 on Hopper, FlashInfer on data-centre Blackwell, 2 on the rest."""
        return (self.compute_capability or "").split(".")[0] in ("8", "12")

    @property
    def memory_bytes(self) -> int:
        """Total memory in bytes as torch reports it."""
        return round(self.memory_gib.value * 2**30)


def load_gpu(path: Path) -> Gpu:
    """Read and validate one GPU file, ours or anybody's."""
    if path.parent == GPU_FOLDER:  # ours: read by libyaml where it is, for it is read at every start
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_FAST)  # noqa: S506 - a SafeLoader
    else:
        content = read_mapping(path, InputError, what="a GPU's data sheet")
    try:
        return Gpu.model_validate(content)
    except ValidationError as error:
        raise InputError(
            f"This GPU file cannot be used: {violation(error, Gpu)}",
            where=str(path),
            next_step=f"Correct it; the files in {GPU_FOLDER} show every field",
        ) from None


def gpu_ids(folder: Path = GPU_FOLDER) -> tuple[str, ...]:
    """The known GPUs: the stems of the files."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def find_gpu(name: str, folder: Path = GPU_FOLDER) -> tuple[str, Gpu]:
    """The GPU of that id, alias or driver name (any case, spaces as dashes), with its id.

    A path to a YAML file is a GPU of one's own; its id is the file's stem.
    """
    own = Path(name)
    if own.suffix in (".yaml", ".yml"):
        return own.stem, load_gpu(own)
    wanted = _normal(name)
    path = folder / f"{wanted}.yaml"
    if path.is_file():
        return wanted, load_gpu(path)
    for gpu_id, gpu in _all(folder).items():
        if wanted in {_normal(known) for known in (*gpu.aliases, *gpu.device_names, gpu.name)}:
            return gpu_id, gpu
    raise UsageError(
        f"Unknown GPU {name!r}",
        next_step=f"Use one of {', '.join(gpu_ids(folder))}, or a YAML file like those in {folder}",
    )


def gpu_of(hardware: Hardware, folder: Path = GPU_FOLDER) -> str | None:
    """The GPU that a setup's hardware names, as exactly as it does; None where none is known."""
    if not hardware.accelerator:
        return None
    parts = [hardware.accelerator]
    if hardware.form_factor:
        parts.append(hardware.form_factor)
    names = ["-".join(parts)]
    if hardware.memory_gb:
        names.insert(0, f"{names[0]}-{hardware.memory_gb:.0f}g")
    wanted = [_normal(name) for name in (*names, hardware.accelerator)]
    known = {
        _normal(name): gpu_id
        for gpu_id, gpu in _all(folder).items()
        for name in (gpu_id, *gpu.aliases, *gpu.device_names, gpu.name)
    }
    return next((known[name] for name in wanted if name in known), None)


@cache
def _all(folder: Path) -> dict[str, Gpu]:
    return {path.stem: load_gpu(path) for path in sorted(folder.glob("*.yaml"))}


def _normal(name: str) -> str:
    return "-".join(name.lower().replace("_", " ").replace("-", " ").split())
