"""The published figure that all samples turn on: Qwen1.5-7B-Chat, vLLM, one A100-80G."""
# ruff: noqa: E501 - sentences of a report stay whole

from __future__ import annotations

from doctor.schema.accounting import Accounting, Reading
from doctor.schema.rates import Rates
from doctor.schema.reference import AccountingEvidence, Citation, Figure, LeftOut, ReferenceRun
from doctor.schema.setup import (
    Architecture,
    EngineSettings,
    Hardware,
    Model,
    Origin,
    Sampling,
    Setup,
    Software,
    Workload,
)

PUBLISHED = 2298.89
RATES = Rates(
    requests_per_s=PUBLISHED / 2000, output_tokens_per_s=PUBLISHED / 2, total_tokens_per_s=PUBLISHED
)

QWEN = Model(
    name="Qwen/Qwen1.5-7B-Chat",
    architecture=Architecture(
        architectures=("Qwen2ForCausalLM",),
        model_type="qwen2",
        hidden_size=4096,
        intermediate_size=11008,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=32,
        vocab_size=151936,
        max_position_embeddings=32768,
    ),
)
A100 = Hardware(accelerator="A100", memory_gb=80.0, count=1)

LEFT_OUT = (
    LeftOut(
        setting="software.version", why="The post says vLLM was installed from source; it names no commit."
    ),
    LeftOut(
        setting="workload.num_prompts",
        assumed=1000,
        why="The default of benchmark_throughput.py at the time.",
    ),
    LeftOut(
        setting="sampling.top_p", assumed=1.0, why="benchmark_throughput.py sends temperature 1.0, top_p 1.0."
    ),
    LeftOut(
        setting="engine.gpu_memory_utilization",
        assumed=0.9,
        why="vLLM's default until 0.20 changed it to 0.92.",
    ),
    LeftOut(
        setting="hardware.form_factor",
        why="SXM (2039 GB/s) or PCIe (1935 GB/s): 5 % of memory bandwidth between them.",
    ),
)

REFERENCE = ReferenceRun(
    id="qwen1.5-7b-chat-a100-80g",
    title="Qwen1.5-7B-Chat, vLLM, one A100-80G, 1000 tokens in, 1000 out",
    citation=Citation(
        title="Qwen1.5-MoE: Matching 7B Model Performance with 1/3 Activated Parameters",
        url="https://qwenlm.github.io/blog/qwen-moe/",
        published="2024-03-28",
        retrieved="2026-08-30",
    ),
    hardware=A100,
    model=QWEN,
    software=Software(),
    workload={"input_len": 1000, "output_len": 1000},
    figures=(
        Figure(name="throughput", value=1.15, unit="requests/s", as_printed="Throughput"),
        Figure(name="tps", value=PUBLISHED, unit="tokens/s", counts="total", as_printed="TPS"),
    ),
    accounting=AccountingEvidence(
        argument="Tokens/s over requests/s gives the tokens counted per request: prompt and output together.",
        arithmetic="2298.89 total tok/s ÷ 1.15 requests/s = 1999 tokens per request = 1000 in + 1000 out",
        source="https://qwenlm.github.io/blog/qwen-moe/",
    ),
    left_out=LEFT_OUT,
    notes=("A second line of the same table, 4010.27 at 2.01 requests/s, counts alike: 1995 per request.",),
)

REFERENCE_SETUP = Setup(
    model=QWEN,
    hardware=A100,
    workload=Workload(input_len=1000, output_len=1000, num_prompts=1000),
    sampling=Sampling(temperature=1.0, top_p=1.0),
    engine=EngineSettings(gpu_memory_utilization=0.9),
    origins={
        "model.name": Origin(kind="published"),
        "hardware.accelerator": Origin(kind="published"),
        "workload.input_len": Origin(kind="published"),
        "workload.output_len": Origin(kind="published"),
        "workload.num_prompts": Origin(kind="assumed", note="default of benchmark_throughput.py"),
        "sampling.top_p": Origin(kind="assumed", note="benchmark_throughput.py"),
        "engine.gpu_memory_utilization": Origin(kind="engine default", note="vLLM 0.4.0"),
    },
)


def reading(observed: float, counts: str) -> Reading:
    """The observed figure, read as counting output or total tokens, 1000 of each per request."""
    output = observed if counts == "output" else observed / 2
    gap = RATES.output_tokens_per_s - output
    return Reading(
        counts="output" if counts == "output" else "total",
        observed=Rates(
            requests_per_s=output / 1000, output_tokens_per_s=output, total_tokens_per_s=2 * output
        ),
        gap_output_tokens_per_s=gap,
        gap_fraction=gap / RATES.output_tokens_per_s,
    )


def accounting_stated(observed: float = 1000.0) -> Accounting:
    """The user said that the figure counts output tokens."""
    apparent = PUBLISHED - observed
    return Accounting(
        reference=RATES,
        published_value=PUBLISHED,
        published_counts="total",
        observed_value=observed,
        observed_counts="output",
        readings=(reading(observed, "output"),),
        chosen="output",
        why_chosen="You said that the figure counts output tokens.",
        apparent_gap_tokens_per_s=apparent,
        accounting_tokens_per_s=apparent - (RATES.output_tokens_per_s - observed),
    )


def accounting_unknown(observed: float = 1000.0) -> Accounting:
    """The user did not say what the figure counts: both readings are kept."""
    stated = accounting_stated(observed)
    return stated.model_copy(
        update={
            "observed_counts": "unknown",
            "readings": (reading(observed, "output"), reading(observed, "total")),
            "why_chosen": (
                "Read as output tokens the gap is 13.0 %, within what settings explain; read as total tokens it "
                "would be 56.5 %, which needs a cause of its own that the evidence does not show."
            ),
        }
    )
