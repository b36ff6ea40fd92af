"""What people say about their run that bears on a cause. The weakest evidence there is.

A statement counts as what it says, not as what it means: that a core was at 100 % is read, why
is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from doctor.evidence.contract import Document
from doctor.schema.evidence import Signal

_NAME = "prose"


def _said(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.IGNORECASE | re.MULTILINE)


_STATEMENTS: dict[str, re.Pattern[str]] = {
    "said_cpu_busy": _said(
        r"(?:cpu|one core|single core|core|enginecore)\b[^.\n]{0,60}?(?:1\d\d ?%|[2-9]\d\d ?%|pinned"
        r"|saturat|maxed|at max|the maximum)"
        r"|cpu[- ]bound|1\d\d ?% cpu|cpu 占用"
    ),
    "said_gpu_idle": _said(
        r"gpu (?:sm|util\w*|usage)[^.\n]{0,50}?(?:low|not high|idle|less than \d\d ?%|only \d\d ?%"
        r"|[<~]? ?[1-7]\d(?:[–-]\d\d)? ?%)"
        r"|gpu[^.\n]{0,20} (?:idle|starv|underutil)"
    ),
    "said_cpu_limited": _said(
        r"(?:pod|container|docker|k8s|kubernetes|cgroup|quota|limit\w*"
        r"|lxc)[^.\n]{0,40}?\b(?P<n>\d{1,3})\s*(?:-core|v?cpus?\b|(?:cpu )?cores)"
        r"|\b(?P<n2>\d{1,3}) cores? on (?:a )?(?P<host>\d{2,4})[- ]core"
    ),
    "said_version_changed": _said(
        r"downgrad\w+[^\n]{0,60}(?:solv|fix|work|help|normal|faster)"
        r"|(?:slow\w*|drop\w*|regress\w*|degrad\w*|decreas\w*)[^.\n]{0,60}(?:after|since"
        r"|when) (?:\w+ ){0,3}(?:upgrad|updat|bump)"
        r"|(?:after|since) (?:\w+ ){0,2}(?:upgrad|updat)\w*[^.\n]{0,60}(?:slow|drop|regress|degrad)"
        r"|regression (?:from|since|in|between)"
        r"|\bv?0\.\d+\.(?:\d+|\*|x)\S{0,8} (?:vs\.?|versus|->|to|against|compared (?:to|with)) v?0\.\d+"
    ),
    "said_short_outputs": _said(
        r"short(?:er)? (?:output|response|generation)s?|outputs? (?:is|are|was|were) (?:much )?short"
        r"|stop\w* early|early (?:eos|stop)"
        r"|fewer (?:output |generated )?tokens|only generat\w* \d+|ignore_eos[^.\n]{0,30}(?:not"
        r"|ignored|dropped)"
    ),
    "said_one_token": _said(
        r"total_output_tokens == num_prompts|(?:one|1|single) (?:output )?token (?:per|each"
        r"|for (?:each|every))|only (?:one|1) token"
    ),
    "said_capped": _said(
        r"(?:capped|pinned|stuck|limited|never (?:exceed|goes above)|plateau\w*|up to"
        r"|at most)[^.\n]{0,15}?(?:at |to )?(?P<n>\d{1,5})"
        r"(?: (?:requests|running|concurrent|connections)\b|(?= at most|\s*$|[.,;)]))"
    ),
    "said_single_request": _said(
        r"single (?:request|stream|user|prompt|sequence)|one request at a time"
        r"|batch[ -]?(?:size )?(?:of )?(?:=|:)? ?(?:1|one)\b"
        r"|\bbs ?= ?1\b|concurrency (?:of |= ?)?1\b|single[- ]stream"
    ),
    "said_loop": _said(
        r"for \w+ in [^:\n]{1,60}:\s*\n?.{0,60}\.?generate\(|one by one|one (?:prompt"
        r"|request) (?:at a time|after (?:the other|another))"
        r"|sequential(?:ly)?\b[^.\n]{0,40}(?:request|prompt|generat|call)|in a (?:for )?loop"
    ),
    "said_hf": _said(
        r"AutoModelForCausalLM|(?:--backend hf\b)|(?:hf|huggingface"
        r"|transformers)[' ]{0,2}s? (?:backend|generate)\b"
    ),
    "said_identical_prompts": _said(
        r"(?:identical|same|repeated|duplicate\w*) (?:\w+ )?prompts?\b|same (?:input|text|question) repeated"
    ),
    "said_reference_cached": _said(
        r"(?:prefix|kv)[- ]cach\w+[^.\n]{0,60}(?:inflat|hit|warm|reus)"
        r"|cache hits?[^.\n]{0,40}(?:inflat|faster|second run)"
        r"|(?:with|using) (?:unique|distinct|non-?repeat\w*|de-?duplicated) prompts"
        r"|second run[^.\n]{0,40}(?:faster|quicker)"
    ),
    "said_mig": _said(r"\bMIG\b|\b\dg\.\d{2,3}gb\b|\bvGPU\b"),
    "said_guided": _said(
        r"json[_ ]schema|guided[_ ](?:json|regex|grammar|choice|decoding)(?!_backend)|response_format"
        r"|structured[_ ]outputs?(?!_config)|grammar-constrained"
    ),
    "said_slow_quant_format": _said(r"\b(?P<q>gguf|bitsandbytes|bnb|aqlm|q\d_k_[ms])\b"),
    "said_quantized": _said(r"\b(?P<q>awq|gptq|w4a16|w8a8|int4|int8|fp8|4-bit|8-bit|nvfp4|quanti[sz]ed)\b"),
    "said_no_speedup": _said(
        r"no (?:speed[- ]?up|improvement|gain|difference)|same (?:speed|throughput)|not faster|isn'?t faster"
    ),
    "said_offload": _said(r"cpu[-_ ]offload"),
    "said_speculative": _said(
        r"speculative|num_speculative_tokens|draft model|\bn-?gram\b|\beagle\d?\b|\bmedusa\b|\bMTP\b"
    ),
    "said_tp_slower": _said(
        r"(?:tp|tensor[ _-]?parallel\w*)[^.\n]{0,40}slower|slower than (?:tp ?=? ?1|(?:one|a single|1) gpu)"
        r"|(?:two|2|multiple|more) gpus?[^.\n]{0,30}slower"
    ),
    "said_no_nvlink": _said(
        r"(?:no|without|lacks?) nv-?link|nvlink (?:is )?(?:not|un)available|pcie only|no p2p|over pcie"
    ),
    "said_wsl": _said(r"\bWSL\d?\b"),
    "said_short_run": _said(
        r"[~≈ ](?P<s>\d{1,2}(?:\.\d)?) ?s(?:ec(?:ond)?s?)? (?:run|benchmark|test)|run (?:takes|took"
        r"|of) (?:about |~)?\d ?s\b"
    ),
    "said_cold": _said(
        r"(?:without|no) warm-?up|cold start|first (?:run|request|iteration)[^.\n]{0,30}slow|jit compil"
    ),
    "said_host_bound_profile": _said(
        r"(?:py-?spy|profil\w+)[^.\n]{0,80}(?:\.cpu\(\)|\.item\(\)|to\(\s*['\"]?cpu)|(?:\.cpu\(\)|\.item\(\))"
    ),
    "said_throttle": _said(r"thermal|throttl|overheat|(?:gpu )?temperature (?:of |is )?(?:8[5-9]|9\d)"),
    "said_power_cap": _said(r"power (?:limit|cap)\w*[^.\n]{0,30}\b\d{2,3} ?w\b|-pl \d{2,3}\b"),
    "said_shared_gpu": _said(
        r"(?:other|another) (?:process|user|job|model)[^.\n]{0,30}(?:same )?gpus?\b|shared gpu|gpu is shared"
    ),
    "said_pcie_link": _said(r"pcie ?(?:gen ?\d )?x(?:1|4|8)\b|\bx8 (?:slot|link)|link width|riser"),
    "said_images": _said(r"\b(?:image|video|vision|multi-?modal|VLM|qwen\d?(?:\.\d)?-?vl)\b"),
    "said_client_differs": _said(
        r"(?:python|openai|aiohttp|client)[^.\n]{0,40}(?:client )?(?:bottleneck|slower than|5x slower"
        r"|event loop)|client[- ]side[^.\n]{0,30}(?:slow|bottleneck|limit)"
    ),
    "said_cross_node": _said(
        r"(?:two|2|multiple|across) nodes|multi-?node|cross-node|without (?:infiniband|ib|rdma)"
    ),
    "said_ray": _said(r"\bray\b (?:executor|backend|worker)|distributed[-_]executor[-_]backend[ =]ray"),
    "said_mean_of_requests": _said(
        r"(?:average|mean|avg) (?:of )?(?:the )?per[- ]request|per[- ](?:user|request|stream) (?:speed"
        r"|throughput|tok)"
    ),
    "said_per_gpu": _said(r"(?:tok(?:en)?s?/s|throughput|tps)(?:/| per )gpu\b"),
    "said_moe_config": _said(
        r"(?:moe )?config[^.\n]{0,20} (?:missing|not found)|missing (?:fused[- ])?moe config"
        r"|default moe config"
    ),
    "said_parity": _said(
        r"(?:at|kernel(?: time)?) parity|no measurable (?:effect|difference)|within noise"
        r"|made no difference|serve-level wash"
    ),
    "said_ttft": _said(r"\bttft\b|time to first token"),
    "said_lora": _said(r"--enable-lora|\blora\b"),
    "said_forced_eager": _said(r"(?:forces?|forced|only (?:works|runs) (?:in|with)) eager"),
    "said_cuda_graph_batch": _said(
        r"cuda[_ ]?graphs?[^.\n]{0,30}batch[_ ]sizes?\s*[:=]?\s*\[?(?P<n>\d{1,5})"
    ),
    "said_relative": _said(
        r"(?<![\d.])(?P<low>\d{1,2})(?:\s*[-–]\s*(?P<high>\d{1,2}))?\s?% (?:below|lower|slower|less"
        r"|worse|drop|degrad|regress)"
        r"|(?P<times>\d{1,2}(?:\.\d)?)(?:\s*[-–]\s*(?P<more>\d{1,2}))?\s?[x×] (?:slower|lower|less)"
    ),
    "said_published": _said(
        r"published|\bblog\b|official|\bpaper\b|leaderboard|readme|model card|press release"
    ),
    "said_more_sequences": _said(
        r"(?:explicit|rais\w*|increas\w*|higher|larger|setting) [^.\n]{0,20}max[-_ ]num[-_ ]seqs"
    ),
    "said_top_p": _said(
        r"\btop[-_ ]?[pk]\b[^.\n]{0,12}(?:enabled|sampling|on\b)|w/ ?top[-_ ]?[pk]|with top[-_ ]?[pk]"
    ),
    "said_penalty": _said(r"(?:repetition|presence|frequency)[-_ ]penalt"),
    "said_logprobs": _said(r"\blog_?probs?\b"),
    "said_v0": _said(r"\bV0 (?:engine|fallback)|falls? back to V0"),
    "said_api_server": _said(
        r"(?:api server|http server|fastapi|frontend)[^.\n]{0,40}(?:bottleneck|100 ?%|saturat|slow)"
        r"|(?:offline|LLM class)[^.\n]{0,60}(?:faster|higher)[^.\n]{0,30}(?:server|online)"
        r"|server[^.\n]{0,30}slower than offline"
    ),
    "said_images_slow": _said(
        r"(?:image|video|multi-?modal|vision|pixel)[^.\n]{0,60}(?:preprocess|processor|cpu|resiz)"
        r"|preprocess\w*[^.\n]{0,40}(?:image|video|cpu)"
    ),
    "said_omp": _said(r"OMP_NUM_THREADS|too many threads|thread contention|oversubscri"),
    "said_numa": _said(r"\bNUMA\b|numactl|cross-socket|wrong socket"),
    "said_clocks": _said(
        r"(?:locked|low|application|graphics|sm) clocks?\b|clock(?:s)? (?:locked|stuck|limited)|-lgc \d"
    ),
    "said_hf_timed": _said(r"--backend hf\b|instead of vllm|\bhf generate|transformers generate"),
    "said_preempted": _said(r"\bpreempt(?:ed|ion|ions|ing)\b"),
    "said_kv_full": _said(
        r"kv[- ]?cache (?:usage|util\w*)[^.\n]{0,20}(?:9\d(?:\.\d)?|100) ?%"
        r"|kv[- ]?cache (?:is )?(?:full|exhaust)"
        r"|not enough kv|(?:pending|waiting)[: ]+\d{2,5} req"
    ),
    "said_tiny_batch": _said(
        r"(?:few|small|low) (?:concurren|batch|number of (?:requests|prompts))|under-?batch"
        r"|gpu (?:is )?idle"
    ),
    "said_slow_tokenizer": _said(r"slow tokenizer|tokenizer[-_ ]mode[ =]slow"),
    "said_default_flags": _said(r"default (?:flags|settings|config|values)"),
    "said_all_reduce": _said(r"all-?reduce|nccl"),
    "said_turing": _said(r"\b(?:V100|T4|RTX ?20\d0|2080|Volta|Turing|P40|P100)\b"),
}


def prose_statements(document: Document) -> Iterator[Signal]:
    """Each statement that occurs, once, with its first place."""
    text = document.text[:200_000]
    for name, pattern in _STATEMENTS.items():
        match = pattern.search(text)
        if match is not None:
            start, end = max(0, match.start() - 40), min(len(text), match.end() + 40)
            words = " ".join(text[start:end].split())
            values = {key: value for key, value in match.groupdict().items() if value}
            origin = document.at_offset(match.start(), _NAME)
            yield Signal(id=name, count=1, origin=origin, text=words[:200], values=values, weight="statement")
