"""Measured on the published hardware: a setup step, two factors, a rest, and one arm that failed."""
# ruff: noqa: E501 - sentences of a report stay whole

from __future__ import annotations

from doctor.schema.environment import Environment, Gpu
from doctor.schema.finding import EvidenceLine, Finding, Remedy
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.measurement import ArmMeasurement, Phases
from doctor.schema.plan import Arm, Difference, Factor, Plan, SettingChange
from doctor.schema.rates import Rates
from doctor.schema.report import FixAdvice, Provenance, Report, Verdict
from doctor.schema.run import Run
from doctor.schema.setup import Origin
from tests.reporting.samples.prediction import forecast
from tests.reporting.samples.published import RATES, REFERENCE, REFERENCE_SETUP, accounting_unknown
from tests.reporting.samples.series import GIB, run
from tests.reporting.samples.shares import around, fixes, two_factor_lines, two_factor_pair

NAMES = {"kv-memory": "gpu_memory_utilization 0.80", "eager": "enforce_eager"}
CELLS = (1138.2, 1061.5, 1090.8, 1012.3)
CELL_IDS = ("reference", "kv-memory", "eager", "user")
SPREAD = 9.4

ENVIRONMENT = Environment(
    python_version="3.12.4",
    operating_system="Ubuntu 24.04 LTS",
    kernel="6.8.0-45-generic",
    cpu_model="AMD EPYC 7763 64-Core Processor",
    cpus_usable=32,
    memory_total_bytes=256 * GIB,
    memory_available_bytes=221 * GIB,
    packages={"vllm": "0.32.0", "torch": "2.13.0+cu130", "flashinfer-python": "0.9.1"},
    gpus=(
        Gpu(
            index=0,
            name="NVIDIA A100-SXM4-80GB",
            memory_total_bytes=80 * GIB,
            memory_used_bytes=GIB,
            sm_clock_mhz=1410,
            sm_clock_max_mhz=1410,
            memory_clock_mhz=1593,
            power_limit_w=350,
            power_limit_default_w=400,
            temperature_c=41,
            throttle_reasons=0,
            mig_enabled=False,
            pcie_generation=4,
            pcie_generation_max=4,
            pcie_width=16,
            pcie_width_max=16,
        ),
    ),
    driver_version="580.65.06",
    cuda_driver_version="13.0",
    engine_environment={"VLLM_USE_V1": "1"},
    notes=("The GPU's power limit is 350 W, below its default of 400 W.",),
)

USER_SETUP = REFERENCE_SETUP.model_copy(
    update={
        "engine": REFERENCE_SETUP.engine.model_copy(
            update={"gpu_memory_utilization": 0.8, "enforce_eager": True}
        ),
        "origins": {
            **REFERENCE_SETUP.origins,
            "engine.gpu_memory_utilization": Origin(kind="user", note="--gpu-memory-utilization 0.80"),
            "engine.enforce_eager": Origin(kind="user", note="--enforce-eager"),
        },
    }
)


def _plan() -> Plan:
    kv = SettingChange(path="engine.gpu_memory_utilization", reference=0.9, user=0.8)
    eager = SettingChange(path="engine.enforce_eager", reference=None, user=True)
    titles = ("Reference arm", "Only the memory fraction", "Only eager mode", "Your setup")
    roles = ("reference", "cell", "cell", "user")
    return Plan(
        factors=(
            Factor(id="kv-memory", title=NAMES["kv-memory"], resource="kv memory", changes=(kv,)),
            Factor(id="eager", title=NAMES["eager"], resource="execution", changes=(eager,)),
        ),
        differences=(
            Difference(
                **kv.model_dump(),
                reference_origin="engine default: vLLM 0.4.0",
                user_origin="user: --gpu-memory-utilization 0.80",
                factor="kv-memory",
            ),
            Difference(
                **eager.model_dump(),
                reference_origin="engine default",
                user_origin="user: --enforce-eager",
                factor="eager",
            ),
        ),
        arms=(
            *(
                Arm(id=arm, title=title, role=role, setup=USER_SETUP if role == "user" else REFERENCE_SETUP)  # type: ignore[arg-type]
                for arm, title, role in zip(CELL_IDS, titles, roles, strict=True)
            ),
            Arm(
                id="top-p-0.85",
                title="top_p 0.85",
                role="ablation",
                setup=REFERENCE_SETUP,
                ablation="top-p-0.85",
                cause="sampling-cost",
            ),
            Arm(
                id="max-num-seqs-512",
                title="max_num_seqs 512",
                role="ablation",
                setup=REFERENCE_SETUP,
                ablation="max-num-seqs-512",
                cause="max-num-seqs-cap",
            ),
            Arm(
                id="trap-1024-128",
                title="The 1024/128 trap",
                role="ablation",
                setup=REFERENCE_SETUP,
                ablation="trap-1024-128",
                cause="length-mismatch",
            ),
        ),
        seed=7,
        budget_s=3600.0,
    )


def _measurement(arm: str, rate: float) -> ArmMeasurement:
    ratio = rate / CELLS[0]
    return ArmMeasurement(
        arm=arm,
        basis="measured",
        runs_ok=3,
        runs_invalid=0,
        runs_failed=0,
        rates=Rates(requests_per_s=rate / 1000, output_tokens_per_s=rate, total_tokens_per_s=2 * rate),
        output_tokens_per_s=around(rate, SPREAD),
        ratio_to_reference=None if arm == "reference" else around(ratio, 0.012),
        stability="steady",
        phases=Phases(
            ramp_s=6.2,
            plateau_s=170.4,
            tail_s=21.3,
            plateau_output_tokens_per_s=rate * 1.07,
            ramp_and_tail_fraction=0.139,
        ),
        preemptions=14,
        peak_running=108,
        peak_kv_cache_usage=0.998,
    )


def _without_rate(arm: str, invalid: int, failed: int, reason: str) -> ArmMeasurement:
    return ArmMeasurement(
        arm=arm, basis="measured", runs_ok=0, runs_invalid=invalid, runs_failed=failed, reason=reason
    )


def _runs() -> tuple[Run, ...]:
    good = [
        run(
            arm,
            repeat,
            4 * repeat + i,
            rate=rate * (1 + 0.004 * (repeat - 1)),
            requests=200,
            length=(1000, 1000),
            running=108,
            gpu=True,
            start=i,
        )
        for repeat in range(3)
        for i, (arm, rate) in enumerate(zip(CELL_IDS, CELLS, strict=True))
    ]
    sampled = [
        run(
            "top-p-0.85",
            r,
            12 + r,
            rate=1101.0 + 4 * r,
            requests=200,
            length=(1000, 1000),
            running=108,
            gpu=True,
            start=4,
        )
        for r in range(3)
    ]
    trap = run(
        "trap-1024-128", 0, 15, rate=970.4, requests=200, length=(1024, 128), running=200, gpu=True, start=5
    )
    return (
        *good,
        *sampled,
        trap.model_copy(
            update={
                "status": "invalid",
                "reason": "200 of 200 requests delivered 1024 prompt and 128 output tokens; asked were 1000 and 1000.",
            }
        ),
        Run(
            arm="max-num-seqs-512",
            repeat=0,
            engine_start=6,
            position=16,
            status="failed",
            reason="The engine stopped during start-up (exit code 1).",
            started_at="2026-08-30T10:41:07Z",
            log_tail=(
                "INFO 08-30 10:41:02 [gpu_model_runner.py:5121] Graph capturing finished in 21 secs, took 1.92 GiB",
                "ERROR 08-30 10:41:07 [core.py:1021] EngineCore failed to start.",
                "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.32 GiB. GPU 0 has 1.61 GiB free.",
            ),
        ),
    )


def _ledger() -> Ledger:
    published = RATES.output_tokens_per_s
    one, everything = fixes(CELLS, NAMES, 13.0)
    return Ledger(
        title="From the published figure to yours",
        basis="measured",
        counts="output",
        start_title="Published figure",
        start_tokens_per_s=published,
        end_title="Your figure",
        end_tokens_per_s=1000.0,
        lines=(
            LedgerLine(
                id="setting",
                kind="setting",
                title="Published to reference arm here: all that the publication leaves out",
                tokens_per_s=around(published - CELLS[0], SPREAD),
                factor=around(CELLS[0] / published, SPREAD / published),
                basis="measured",
            ),
            *two_factor_lines(CELLS, NAMES, "measured", 11.8),
            LedgerLine(
                id="unexplained",
                kind="unexplained",
                title="Your figure against your setup measured here",
                tokens_per_s=around(CELLS[3] - 1000.0, SPREAD),
                basis="measured",
            ),
        ),
        pairs=(two_factor_pair(CELLS, NAMES),),
        fix_one=one,
        fix_all=everything,
        method="Shapley values on log throughput over 2 factors, all 4 cells run 3 times, log-mean to tokens/s.",
    )


FINDINGS = (
    Finding(
        cause="kv-memory",
        title="Too little KV cache memory",
        family="scheduler and memory",
        status="confirmed",
        summary="At a memory fraction of 0.80 the cache holds 46 full sequences instead of 54.",
        effect=around(0.9326, 0.01),
        basis="measured",
        factor="kv-memory",
        evidence=(
            EvidenceLine(text="peak KV use 99.8 %, 14 preemptions", speaks="for", source="arm user"),
            EvidenceLine(
                text="gpu_memory_utilization 0.80 against 0.90",
                speaks="for",
                source="difference of the setups",
            ),
        ),
        remedy=Remedy(
            action="Set gpu_memory_utilization to 0.90.",
            verify_command="qdoctor check --gpu-memory-utilization 0.90 --enforce-eager",
        ),
    ),
    Finding(
        cause="enforce-eager",
        title="CUDA graphs are off",
        family="execution",
        status="confirmed",
        summary="enforce_eager leaves every step to Python's pace.",
        effect=around(0.9584, 0.011),
        basis="measured",
        factor="eager",
        evidence=(
            EvidenceLine(
                text="log: Enforce eager set, disabling torch.compile and CUDAGraphs",
                speaks="for",
                source="engine.log:41",
            ),
        ),
        remedy=Remedy(
            action="Remove --enforce-eager.", verify_command="qdoctor check --gpu-memory-utilization 0.80"
        ),
    ),
    Finding(
        cause="power-cap",
        title="Power cap",
        family="platform",
        status="inconclusive",
        summary="The limit is 350 W of 400 W; the power drawn stays at 372 W or above for half of the run, the clocks fall in short dips.",
        evidence=(
            EvidenceLine(text="power limit 350 W, default 400 W", speaks="for", source="NVML"),
            EvidenceLine(
                text="SM clock 1410 MHz in 6 of 7 samples", speaks="against", source="telemetry, arm user"
            ),
        ),
    ),
    Finding(
        cause="insufficient-concurrency",
        title="Too few requests at once",
        family="client load",
        status="ruled out",
        summary="All requests were handed over at once; 108 ran together.",
        evidence=(EvidenceLine(text="peak running 108", speaks="against", source="arm user"),),
    ),
)


def gpu_measured() -> Report:
    """``qdoctor check`` on an A100-SXM4-80GB, the observed figure's counting unknown, one arm failed."""
    return Report(
        provenance=Provenance(
            qdoctor_version="0.1.0",
            created_at="2026-08-30T10:44:12Z",
            command=(
                "qdoctor",
                "check",
                "--reference",
                "qwen1.5-7b-chat-a100-80g",
                "--observed",
                "1000",
                "--gpu-memory-utilization",
                "0.8",
                "--enforce-eager",
            ),
            run_directory="qdoctor-runs/2026-08-30-0914-qwen1.5-7b",
            duration_s=3228.4,
            engine_tried="vLLM 0.32.0",
        ),
        forecast=forecast(),
        verdict=Verdict(
            outcome="gap",
            sentence=(
                "Your 1000 output tok/s is 87.0 % of the published 1149.4 output tok/s: the published 2298.89 counts prompt "
                "tokens too. Of the remaining 149.4 output tok/s, 77.6 ± 11.8 come from gpu_memory_utilization 0.80 and "
                "48.3 ± 11.8 from enforce_eager."
            ),
            details=(
                "One arm failed and one delivered other lengths than asked; neither bears on the shares.",
            ),
            exit_code=1,
        ),
        reference=REFERENCE,
        reference_setup=REFERENCE_SETUP,
        user_setup=USER_SETUP,
        accounting=accounting_unknown(),
        environment=ENVIRONMENT,
        plan=_plan(),
        measurements=(
            *(_measurement(arm, rate) for arm, rate in zip(CELL_IDS, CELLS, strict=True)),
            _measurement("top-p-0.85", 1105.0),
            _without_rate("max-num-seqs-512", 0, 1, "The engine ran out of memory during start-up."),
            _without_rate("trap-1024-128", 1, 0, "Delivered 1024/128 tokens instead of 1000/1000."),
        ),
        ledgers=(_ledger(),),
        findings=FINDINGS,
        fixes=(
            FixAdvice(
                title="Give the KV cache its memory back",
                action="Set gpu_memory_utilization to 0.90.",
                expected_gain="+78.5 output tok/s (7.8 %), measured",
                verify_command="qdoctor check --reference qwen1.5-7b-chat-a100-80g --enforce-eager",
            ),
            FixAdvice(
                title="Use CUDA graphs",
                action="Remove --enforce-eager.",
                expected_gain="+49.2 output tok/s (4.9 %), measured",
                verify_command="qdoctor check --reference qwen1.5-7b-chat-a100-80g --gpu-memory-utilization 0.8",
            ),
        ),
        runs=_runs(),
    )
