"""The model that is to run: where its weights would come from, and what of it fits a GPU's memory."""

from __future__ import annotations

from typing import Literal

from doctor.schema.record import Record
from doctor.schema.setup import Architecture


class Weights(Record):
    """Where the weights are."""

    place: Literal["folder", "cache", "nowhere"]
    """``folder``: a local one that was named; ``cache``: Hugging Face's; ``nowhere``: not on this machine."""
    path: str
    """Where they are, or where the engine would put them."""
    size_bytes: int | None = None
    """Of the weight files that are there; None where there are none."""
    missing: tuple[str, ...] = ()
    """Weight files that the model's index names and that are not there."""
    free_bytes: int | None = None
    """Room on the file system of ``path``."""
    offline: bool = False
    """The environment forbids to download (HF_HUB_OFFLINE)."""


class Room(Record):
    """What of the model one GPU's memory holds, by the memory equation (doctor/performance/memory.py)."""

    memory_of: str
    memory_bytes: int
    kv_cache_tokens: int
    """0: the weights leave no room."""
    sequences: int
    """Of the length asked, at once."""


class ModelFit(Record):
    """One model on this machine. None: it could not be known, and ``refused`` says why."""

    name: str
    weights: Weights
    architecture: Architecture | None = None
    architecture_from: str = ""
    parameters: int | None = None
    weights_bytes: int | None = None
    """In GPU memory, by arithmetic."""
    kv_bytes_per_token: int | None = None
    kv_cache_dtype: str = ""
    tokens_per_sequence: int | None = None
    """Prompt and output of one request of the reference; None without a reference."""
    gpu_memory_utilization: float | None = None
    here: Room | None = None
    """This machine's first GPU; None where ``no_room_here`` says why."""
    no_room_here: str = ""
    published: Room | None = None
    """The card of the published figure."""
    refused: str = ""
