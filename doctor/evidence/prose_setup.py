"""Hardware, versions, lengths and parameters that somebody named in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doctor.evidence.contract import Document
from doctor.evidence.setting_names import scalar, setting_path
from doctor.evidence.sides import sides
from doctor.schema.evidence import Fact

_NAME = "prose"
_GPU = re.compile(
    r"(?:(?P<count>\d{1,3})\s*[×xX*]\s*|\b(?P<count2>\d{1,3})\s+)?(?:NVIDIA[ -])?(?:GeForce )?"
    r"\b(?P<name>(?:A100X?|A800|A10G?|A30|A40|A6000|H100|H800|H200|H20|B200|B300|GH200|GB200|L20|L40S?"
    r"|L4|V100|T4|P40|P100"
    r"|RTX ?(?:PRO )?\d{4}(?: ?Ti| ?SUPER)?|RTX A\d{4}|\d0[6-9]0(?: ?Ti)?(?= GPU)|MI\d{3}[XA]?|S5000|910B))\b"
    r"(?P<rest>[ -]{0,2}(?:SXM\d?|PCIe|NVL|\d{2,3} ?GB|[ -])*)",
)
_VERSION = re.compile(
    r"(?:vllm|version|v)[\s:=(-]{0,4}v?(?P<v>0\.\d{1,2}(?:\.\d{1,2})?(?:\.?post\d|rc\d)?)\b", re.IGNORECASE
)
_BARE_VERSION = re.compile(r"(?<![\d.])v?(?P<v>0\.\d{1,2}\.\d{1,2}(?:\.?post\d|rc\d)?)(?![\d.])")
_ASSIGNED = re.compile(
    r"(?<![\w.-])(?P<name>[a-z][a-z_]{2,40})['\"]?\s*(?:=|:|\s)\s*"
    r"(?P<value>-?\d+(?:\.\d+)?[kK]?|True|False|true|false|None|['\"][\w./-]{1,60}['\"])"
)
_NOT_EXACT = "".join(
    f"(?<!{word} )"
    for word in (
        "more than",
        "less than",
        "fewer than",
        "at most",
        "up to",
        "below",
        "above",
        "over",
        "under",
    )
)
"""A bound is no count: "more than 256 requests"."""

_CONCURRENCY = re.compile(
    _NOT_EXACT + r"(?<![\d.])(?P<a>\d{1,6})\s*(?:concurrent|parallel|simultaneous)\b"
    r"|\b(?:max[- ]?)?conc(?:urrency)?[ :=-]{1,3}(?:of )?(?P<b>\d{1,6})"
    r"|(?<![\d.])(?P<c>\d{1,6})\s+concurrency\b|batch[ _]?size\s*(?:of|=|:)?\s*(?P<d>\d{1,6})"
    r"|\bbs\s*=?\s*(?P<e>\d{1,5})\b|"
    + _NOT_EXACT
    + r"(?<![\d.])(?P<f>\d{1,6})\s+(?:client\s+|worker\s+|async\s+|streaming\s+)?"
    r"(?:clients|users|workers|threads|streams|VUs|connections|(?:asyncio )?tasks|coroutines)\b"
    r"|(?<![\d.])(?P<k>\d{1,6})\s+(?:requests\s+)?in[- ]flight\b"
    r"|(?<![\d.])(?P<g>\d{1,6})\s*(?:个|路|条)?\s*(?:请求)?(?:并发|个?线程|个?用户)"
    r"|并发(?:数|量)?(?:为|是|:|：|=|设为|到|\s){0,3}(?P<h>\d{1,6})",
    re.IGNORECASE,
)
_PROMPTS = re.compile(
    _NOT_EXACT + r"(?<![\d.])(?P<n>\d{1,7})\s+(?!concurrent|parallel|simultaneous)"
    r"(?:identical |distinct |random |ShareGPT |unique |\w+ )?"
    r"(?:prompts|requests|examples|samples)\b(?! (?:per|a|each) )(?!\s?/)"
    r"|(?<![\d.])(?P<m>\d{1,7})\s*(?:个|条)\s*(?:prompt|请求|样本|数据|提示)"
)
_SAMPLES = re.compile(r"SamplingParams\([^()\n]{0,300}?\bn\s?=\s?(\d{1,3})(?=[,)\s])")
_RANKS = re.compile(r"(?<![\w-])TP ?=? ?(\d{1,2})(?!\w|\.\d)")
_KV_TOKENS = re.compile(
    r"KV[- ]?cache(?: size| of| holds| pool)?[^\d\n%]{0,12}(?P<n>\d{1,3}(?:,\d{3})+|\d{4,9}) tokens",
    re.IGNORECASE,
)
_LENGTHS = (
    re.compile(r"输入(?:长度)?[\s:：为是=]*(?P<i>\d{1,6})\D{0,12}?输出(?:长度)?[\s:：为是=]*(?P<o>\d{1,6})"),
    re.compile(
        r"(?:input|prompt)(?:[ _-]?len\w*)?[\s:=of]{1,4}(?P<i>\d{2,6})\D{1,30}?"
        r"output(?:[ _-]?len\w*)?[\s:=of]{1,4}(?P<o>\d{1,6})",
        re.IGNORECASE,
    ),
    re.compile(r"\bISL\s*/\s*OSL\s*:?\s*(?P<i>\d{1,6})\s*/\s*(?P<o>\d{1,6})", re.IGNORECASE),
    re.compile(r"\bISL\s*[=≈:]?\s*~?(?P<i>\d{1,6}).{0,20}?\bOSL\s*[=≈:]?\s*~?(?P<o>\d{1,6})", re.IGNORECASE),
    re.compile(
        r"(?P<i>\d{1,6})\s*(?:tokens? )?in(?:put)?\b\s*[/,]?\s*(?:and )?(?P<o>\d{1,6})\s*(?:tokens? )?out",
        re.IGNORECASE,
    ),
    re.compile(r"(?:\brandom|\bat|\blengths?)\s+(?P<i>\d{2,6})/(?P<o>\d{2,6})\b"),
    re.compile(r"(?<![\d/])(?P<i>\d{2,6})/(?P<o>\d{2,6})(?![\d/])(?=[^\d]{0,20}(?:tok|in/out|length))"),
)
_UNTRUSTED = frozenset(("n", "seed", "model", "quantization", "stop"))
"""Names that are words too: ``n`` and ``stop`` in prose are seldom parameters."""


def prose_setup(document: Document) -> Iterator[Fact]:
    """Settings (``Setup`` paths), environment (``gpu.``) and engine facts (``version``)."""
    lines = document.text.splitlines()
    for number, (line, side) in enumerate(zip(lines, sides(lines), strict=True), 1):
        if len(line) > 5000:
            continue
        role = "reference" if side in ("expected", "baseline") else "user"
        for path, value in _line(line, reference=role == "reference"):
            fields = {
                "path": path,
                "value": value,
                "origin": document.at_line(number, _NAME),
                "weight": "statement",
                "role": role,
            }
            yield Fact.model_validate(fields)


def _line(line: str, *, reference: bool) -> Iterator[tuple[str, bool | int | float | str | None]]:
    for gpu in list(_GPU.finditer(line))[:6]:
        yield "gpu.name", gpu["name"]
        count = gpu["count"] or gpu["count2"]
        if count and 0 < int(count) <= 128:
            yield "gpu.count", int(count)
        for form in ("SXM", "PCIe", "NVL"):
            if form.lower() in gpu["rest"].lower():
                yield "gpu.form_factor", form
        if memory := re.search(r"(\d{2,3}) ?GB", gpu["rest"]):
            yield "gpu.memory_gb", int(memory[1])
    versions = [match["v"] for match in (*_VERSION.finditer(line), *_BARE_VERSION.finditer(line))]
    for version in dict.fromkeys(versions):
        yield ("software.version" if reference else "version"), version
    for assigned in list(_ASSIGNED.finditer(line))[:60]:
        name = assigned["name"].rstrip("_")
        path = setting_path(name)
        spaced = "=" not in assigned[0] and ":" not in assigned[0]
        if path is None or (name in _UNTRUSTED and spaced):
            continue
        if spaced and "_" not in name and name not in ("logprobs", "temperature"):
            continue
        yield path, scalar(assigned["value"])
    if match := re.match(
        r"^\W{0,6}(?:\w+\W{1,3})?model\s*(?:name|id)?\W{1,6}(?P<m>[\w./-]{3,80})", line, re.IGNORECASE
    ):
        yield "model.name", match["m"]
    if match := _KV_TOKENS.search(line):
        yield "kv_cache_tokens", int(match["n"].replace(",", ""))
    if match := _CONCURRENCY.search(line):
        yield "workload.max_concurrency", int(next(group for group in match.groups() if group))
    if match := _SAMPLES.search(line):
        yield "sampling.n", int(match[1])
    if match := _RANKS.search(line):
        yield "engine.tensor_parallel_size", int(match[1])
    if match := _PROMPTS.search(line):
        yield "workload.num_prompts", int(match["n"] or match["m"])
    for pattern in _LENGTHS:
        if match := pattern.search(line):
            yield "workload.input_len", int(match["i"])
            yield "workload.output_len", int(match["o"])
            break
