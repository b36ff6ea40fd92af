"""`vllm collect-env` (and PyTorch's): versions, GPUs, CPU, topology."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doctor.evidence.contract import Document, Reader
from doctor.evidence.setting_names import scalar
from doctor.schema.evidence import Evidence, Fact

_NAME = "collect-env"
_MARK = re.compile(
    r"^(?:PyTorch version|Is CUDA available|GPU models and configuration)\s*:|^GPU0\s+X\s", re.MULTILINE
)
_LINES = (
    (re.compile(r"^(?:vLLM Version|vLLM version)\s*:\s*v?([\w.+-]+)"), "version"),
    (re.compile(r"^PyTorch version\s*:\s*(\S+)"), "torch"),
    (re.compile(r"^Python version\s*:\s*(\S+)"), "python"),
    (re.compile(r"^OS\s*:\s*(.{1,100})"), "os"),
    (re.compile(r"^CUDA runtime version\s*:\s*([\d.]+)"), "cuda.runtime"),
    (re.compile(r"^CUDA used to build PyTorch\s*:\s*([\d.]+)"), "cuda.torch"),
    (re.compile(r"^Nvidia driver version\s*:\s*(\S+)"), "driver"),
    (re.compile(r"^Python platform\s*:\s*(.{1,120})"), "platform"),
    (re.compile(r"^Model name\s*:\s*(.{1,80}?)\s*$"), "cpu.model"),
    (re.compile(r"^CPU\(s\)\s*:\s*(\d{1,6})\s*$"), "cpu.count"),
    (re.compile(r"^NUMA node\(s\)\s*:\s*(\d{1,3})\s*$"), "cpu.numa_nodes"),
    (re.compile(r"^(OMP_NUM_THREADS|VLLM_[A-Z0-9_]{2,60}|CUDA_VISIBLE_DEVICES)=(\S{1,80})"), "env"),
    (re.compile(r"^\[(?:pip3|conda)\] (flashinfer\S{0,20}|flash-attn|triton)[= ]+(\S{1,40})"), "package"),
)
_GPU = re.compile(r"^(?:GPU (\d+)\s*:\s*|GPU models and configuration\s*:\s*GPU (\d+)\s*:\s*)(.{1,100}?)\s*$")
_TOPOLOGY = re.compile(r"^(GPU\d+)((?:\s+(?:X|NV\d+|PIX|PXB|PHB|NODE|SYS|NVL))+)")


def _sniff(document: Document) -> bool:
    return _MARK.search(document.text) is not None


def _read(document: Document) -> Evidence:
    facts = list(_facts(document))
    version = [fact for fact in facts if fact.path == "version"]
    return Evidence(
        read=(f"{document.name}: {_NAME}",),
        engine_facts=tuple(version),
        environment=tuple(fact for fact in facts if fact.path != "version"),
    )


def _facts(document: Document) -> Iterator[Fact]:
    gpus: list[str] = []
    links: set[str] = set()
    for number, line in enumerate(document.text.splitlines(), 1):
        if len(line) > 2000:
            continue
        origin = document.at_line(number, _NAME)
        if match := _GPU.match(line):
            gpus.append(match[3])
            if len(gpus) == 1:
                yield Fact(path="gpu.name", value=match[3], origin=origin)
                if "MIG" in match[3]:
                    yield Fact(path="gpu.mig", value=True, origin=origin)
            continue
        if match := _TOPOLOGY.match(line):
            links.update(match[2].split())
            continue
        for pattern, path in _LINES:
            found = pattern.match(line)
            if found is None:
                continue
            if path in ("env", "package"):
                yield Fact(path=f"{path}.{found[1]}", value=scalar(found[2]), origin=origin)
            else:
                text = found[1].strip()
                value = scalar(text) if path.startswith("cpu.") else text
                yield Fact(path=path, value=value, origin=origin)
    if gpus:
        yield Fact(path="gpu.count", value=len(gpus), origin=document.at_line(1, _NAME))
    if links - {"X"}:
        nvlink = any(link.startswith("NV") for link in links)
        yield Fact(path="gpu.nvlink", value=nvlink, origin=document.at_line(1, _NAME))


READER = Reader(name=_NAME, sniff=_sniff, read=_read)
