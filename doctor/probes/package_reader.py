"""Run by the engine's interpreter, not by ours: standard library only, any Python from 3.8 on.

Prints one JSON object. It reads the metadata of installed distributions and the version files of
torch and vLLM as text; it imports neither, so it takes a fraction of a second and touches no GPU.
"""

from __future__ import annotations

import os  # already loaded when the interpreter starts, like sys
import sys

if __name__ == "__main__":
    # Started with -c, the current folder stands first on the path as "", and PYTHONPATH=. names it
    # too: whatever lies there must not be taken for the standard library.
    here = os.getcwd()  # noqa: PTH109  pathlib is not loaded yet, and might be that folder's
    sys.path[:] = sorted(filter(None, sys.path), key=lambda entry: entry == here)

import json
import platform
import re
from importlib import metadata
from pathlib import Path

# Only what bears on throughput is read: what else somebody has installed is nobody's business.
RELEVANT = re.compile(
    r"vllm|torch|pytorch|transformers|tokenizers|triton|flashinfer|flash-attn|xformers|nvidia-|numpy$|ray$"
    r"|compressed-tensors|bitsandbytes|xgrammar|outlines|llguidance|accelerate$|deep-gemm|deep-ep|lmcache|nixl"
    r"|cuda-|cupy|intel-extension-for-pytorch|auto-gptq|autoawq|gptqmodel|mamba-ssm|causal-conv1d|optimum"
    r"|fastsafetensors|runai-model-streamer|sentencepiece$|uvloop$|setuptools$|sglang|tensorrt"
)


def distributions() -> dict[str, str]:
    """Normalised name → version of the installed distributions that matter."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name, version = _name_and_version(distribution)
        if version and RELEVANT.match(name):
            found.setdefault(name, version)  # the first on the path is the one imported
    return found


def _name_and_version(distribution: metadata.Distribution) -> tuple[str, str]:
    try:
        name, version = str(distribution.metadata["Name"]), str(distribution.version)
    except Exception:  # noqa: BLE001  one broken distribution must not hide the others
        return "", ""
    return re.sub(r"[-_.]+", "-", name).lower(), version


def text_on_path(relative: str) -> str | None:
    """The first file of that name on the interpreter's path, at most 64 KiB of it."""
    for path in (Path(entry, relative) for entry in sys.path):
        if path.is_file():
            with path.open(errors="replace") as stream:
                return stream.read(65536)
    return None


def assigned(text: str | None, name: str) -> str | None:
    """What a version file assigns to a name: the text in quotes, "" for None, None where it is missing."""
    statement = rf"^{name}\b[^=\n]*=\s*(?:\w+\s*=\s*)?(None|['\"]([^'\"]*)['\"])"
    found = re.search(statement, text or "", re.MULTILINE)
    return (found.group(2) or "") if found else None


def main() -> None:
    """Print what was found."""
    torch = text_on_path("torch/version.py")
    answer = {
        "python": platform.python_version(),
        "packages": distributions(),
        "vllm_importable": text_on_path("vllm/__init__.py") is not None,
        "vllm_version_file": assigned(text_on_path("vllm/_version.py"), "__version__"),
        "torch_version_file": assigned(torch, "__version__"),
        "torch_cuda": assigned(torch, "cuda"),
        "torch_hip": assigned(torch, "hip"),
    }
    print(json.dumps(answer))  # noqa: T201  the caller reads standard output


if __name__ == "__main__":
    main()
