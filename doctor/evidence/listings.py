"""What `nvidia-smi`, `collect-env` and `lscpu` list: hundreds of names of things that nobody complains of.

"MIG Mode", "SW Power Cap" or "Virtualization" stand in every such listing, so none of its lines is
a sentence. The readers of these formats look for what they know; the rest is blanked here.
"""

from __future__ import annotations

import re

from doctor.evidence.contract import Document

_ENTRY = re.compile(
    r"^\s*\S[^:|\n]{0,60}?\s{2,}: "  # nvidia-smi -q, vllm collect-env: the colons are aligned
    r"|^[A-Z][\w() .%/-]{1,45}:\s{3,}\S"  # lscpu: the values are aligned
    r"|^(?:Is debug build|ROCM used|XPU used|CUDA used|Is CUDA|Is XPU|Is XNNPACK|HIP runtime|MIOpen runtime"
    r"|PyTorch version|GPU models and configuration|Python platform|CUDA_MODULE_LOADING"
    r"|Caching allocator config)\b[^:\n]{0,40}:"
    r"|^\[(?:pip3|conda)\] \S+|^/\S{1,200}/lib\w+\.so[\d.]*\s*$"
    r"|^\s*(?:\x1b\[4m)?(?:GPU|NIC)\d+\s*\t|^\t+(?:\x1b\[4m)?GPU0\b"  # the topology
    r"|^\s*(?:X|SYS|NODE|PHB|PXB|PIX|NV#)\s+= (?:Self|Connection)"
)
_TABLE = re.compile(r"\| NVIDIA-SMI \d")
_QUERY = re.compile(r"=+NVSMI LOG=+")
_BORDERED = re.compile(r"^\s*[|+]|^\s*$")
_INDENTED = re.compile(r"^\s{4,}\S|^\s*$|^GPU [0-9A-Fa-f:.]{8,20}\s*$")


def without_listings(document: Document) -> Document:
    """The document with the lines of such listings blanked, so that lines keep their numbers."""
    kept = []
    inside: re.Pattern[str] | None = None
    for line in document.text.split("\n"):
        if _TABLE.search(line):
            inside = _BORDERED
        elif _QUERY.search(line):
            inside = _INDENTED
        elif inside is not None and not inside.match(line) and not _ENTRY.match(line[:2000]):
            inside = None
        kept.append("" if inside is not None or _ENTRY.match(line[:2000]) else line)
    return Document(document.name, "\n".join(kept), document.first_line)
