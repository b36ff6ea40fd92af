"""vLLM's flags wherever a command stands: a shell line, a script, docker, Kubernetes arguments.

Only flags whose names are known count, so prose around a command does no harm. A full parser
of commands lives elsewhere; this one only needs what can be said of flags seen one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from doctor.evidence.contract import Document, Reader
from doctor.evidence.engine_config import CAPTURE_SIZES, capture_facts
from doctor.evidence.setting_names import scalar, setting_path
from doctor.evidence.sides import sides
from doctor.schema.evidence import Evidence, Fact

_NAME = "command"
_FLAG = re.compile(
    r"(?<![\w-])(?:--(?P<long>[a-zA-Z][\w-]{1,60})|-(?P<short>tp|pp|dp|q|O[0-3])(?![\w]))"
    r"(?:(?P<gap>\s*=\s*|[\"']?[\s,]+(?:-\s+)?)"
    r"(?P<value>\{[^{}\n]{0,300}\}|'[^'\n]{0,500}'|\"[^\"\n]{0,500}\"|[^\s\"',`;|&)\\-][^\s\"',`;|&)\\]{0,300})?)?",
)
_COMMAND = re.compile(
    r"\bvllm\s+(?P<verb>serve|bench\s+(?:throughput|serve|latency|sweep)|chat|complete|run-batch)\b(?:\s+(?P<model>[\w./-]*/[\w.-]+))?"
    r"|(?P<script>benchmark_(?:throughput|serving|latency)\.py|vllm\.entrypoints\.(?:openai\.)?api_server)"
)
_ENVIRONMENT = re.compile(
    r"\b(?P<name>VLLM_[A-Z0-9_]{2,60}|OMP_NUM_THREADS|CUDA_VISIBLE_DEVICES|NCCL_[A-Z0-9_]{2,40})=(?P<value>[^\s\"'`;,]{1,80})"
)
_LISTED = re.compile(
    r"\bname:[ \t]{1,4}[\"']?"
    r"(?P<name>VLLM_[A-Z0-9_]{2,60}|OMP_NUM_THREADS|CUDA_VISIBLE_DEVICES|NCCL_[A-Z0-9_]{2,40})"
    r"[\"']?[ \t]*\n[ \t]{1,40}value:[ \t]{1,4}[\"']?(?P<value>[^\s\"'`;,]{1,80})"
)
"""A variable as Kubernetes lists it."""

_CPUS = re.compile(r"--cpus[= ](?P<docker>[\d.]+)|^\s*cpu:\s*['\"]?(?P<k8s>\d+m?)['\"]?\s*$", re.MULTILINE)
_SWITCHES = frozenset(
    (
        "enforce_eager",
        "enable_lora",
        "enable_prefix_caching",
        "enable_chunked_prefill",
        "ignore_eos",
        "trust_remote_code",
        "disable_custom_all_reduce",
        "disable_log_requests",
        "enable_log_requests",
        "disable_log_stats",
        "async_scheduling",
        "use_beam_search",
        "skip_tokenizer_init",
        "async_engine",
        "disable_detokenize",
        "save_result",
        "enable_expert_parallel",
        "use_v2_block_manager",
        "numa_bind",
    )
)


def _sniff(document: Document) -> bool:
    return any(
        pattern.search(document.text) for pattern in (_FLAG, _COMMAND, _ENVIRONMENT, _CPUS, CAPTURE_SIZES)
    )


def _read(document: Document) -> Evidence:
    text = re.sub(r"\\\r?\n", lambda match: " " * (len(match[0]) - 1) + " ", document.text)
    sizes = CAPTURE_SIZES.search(text)
    origin = document.at_offset(sizes.start() if sizes else 0, _NAME)
    settings = (*_flags(document, text), *capture_facts(text, origin, "configuration"))
    environment = tuple(_environment(document, text))
    script = tuple(_commands(document, text))
    model = [fact for fact in script if fact.path == "model.name"]
    if not settings and not environment and not script:
        return Evidence()
    return Evidence(
        read=(f"{document.name}: {_NAME}",),
        settings=(*settings, *model),
        environment=environment,
        script=tuple(fact for fact in script if fact.path != "model.name"),
    )


def _flags(document: Document, text: str) -> Iterator[Fact]:
    by_line = list(sides(document.text.split("\n")))
    for match in _FLAG.finditer(text):
        name = (match["long"] or match["short"]).replace("-", "_")
        origin = document.at_offset(match.start(), _NAME)
        side = by_line[text.count("\n", 0, match.start())]
        role: Literal["user", "reference"] = "reference" if side in ("expected", "baseline") else "user"
        if name in ("O0", "O1", "O2", "O3"):
            yield Fact(path="engine.extra.optimization_level", value=int(name[1]), origin=origin, role=role)
            continue
        negated = name.startswith("no_") and setting_path(name[3:]) is not None
        path = setting_path(name[3:] if negated else name)
        if name == "seed":  # of the engine and of the data; requests get theirs in code
            path = "engine.extra.seed"
        if path is None:
            continue
        leaf = path.rsplit(".", 1)[-1]
        value = match["value"]
        if negated or leaf in _SWITCHES or value is None:
            explicit = value if value and value.lower().strip("'\"") in ("true", "false") else None
            on = explicit is None or explicit.lower().strip("'\"") == "true"
            yield Fact(path=path, value=on and not negated, origin=origin, role=role)
        else:
            yield Fact(path=path, value=scalar(value), origin=origin, role=role)


def _environment(document: Document, text: str) -> Iterator[Fact]:
    for match in (*_ENVIRONMENT.finditer(text), *_LISTED.finditer(text)):
        if "KEY" in match["name"] or "TOKEN" in match["name"]:
            continue
        origin = document.at_offset(match.start(), _NAME)
        yield Fact(path=f"env.{match['name']}", value=scalar(match["value"]), origin=origin)
    for match in _CPUS.finditer(text):
        printed = match["docker"] or match["k8s"]
        cores = float(printed[:-1]) / 1000 if printed.endswith("m") else _cores(printed)
        if cores:
            origin = document.at_offset(match.start(), _NAME)
            yield Fact(path="cpu.quota_cores", value=cores, origin=origin)


def _cores(printed: str) -> float:
    try:
        return float(printed)
    except ValueError:
        return 0.0


def _commands(document: Document, text: str) -> Iterator[Fact]:
    for match in _COMMAND.finditer(text):
        origin = document.at_offset(match.start(), _NAME)
        verb = match["verb"] or match["script"]
        yield Fact(path="command", value=re.sub(r"\s+", " ", verb), origin=origin)
        if match["model"]:
            yield Fact(path="model.name", value=match["model"][:200], origin=origin)


READER = Reader(name=_NAME, sniff=_sniff, read=_read)
