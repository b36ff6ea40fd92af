"""A check beside the model: what both setups should give, and how what ran here stands to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doctor.causes.catalogue import load_causes
from doctor.causes.contract import Case
from doctor.performance.forecast import card_here
from doctor.pipeline.forecast import Foretold, RunHere, Scene, fill, foretell
from doctor.pipeline.settling import Settled
from doctor.schema.environment import Environment
from doctor.schema.evidence import Evidence
from doctor.schema.finding import Finding
from doctor.schema.measurement import ArmMeasurement, CellTable
from doctor.schema.plan import Plan
from doctor.schema.run import Run
from doctor.schema.setup import Setup


def expected(
    settled: Settled,
    environment: Environment,
    plan: Plan | None,
    measurements: Sequence[ArmMeasurement],
    runs: Sequence[Run],
) -> Foretold:
    """What the model expects of both setups, and how the arms that ran on this card stand to it."""
    here = card_here(environment)
    version = environment.packages.get("vllm") if here else None
    user = settled.user and _with_version(settled.user, version)
    measured = [] if plan is None or plan.replica or here is None else _runs_here(plan, measurements, runs)
    scene = Scene(
        settled.target, user, settled.accounting, here, flashinfer=_flashinfer(environment) if here else None
    )
    return foretell(scene, measured)


def filling(plan: Plan, table: CellTable, environment: Environment) -> Mapping[frozenset[str], float] | None:
    """The model's rate for every cell, where cells were left out that would run on a card it knows."""
    card = card_here(environment)
    arms = {arm.role: arm.setup for arm in plan.arms}
    if plan.replica or card is None or len(table.cells) == 2 ** len(plan.factors) or "user" not in arms:
        return None
    return fill(arms["reference"], arms["user"], plan.factors, card, _flashinfer(environment))


def foretold_findings(settled: Settled, told: Foretold) -> tuple[Finding, ...]:
    """The causes on which the forecast says something."""
    case = Case(
        evidence=Evidence(),
        reference=settled.target,
        accounting=settled.accounting,
        forecast=told.forecast,
    )
    judged = [(cause, cause.judge(case)) for cause in load_causes() if "forecast" in cause.needs]
    return tuple(
        cause.finding(judgement)
        for cause, judgement in judged
        if judgement.status != "inconclusive" or judgement.factor is not None
    )


def _runs_here(plan: Plan, measurements: Sequence[ArmMeasurement], runs: Sequence[Run]) -> list[RunHere]:
    """The reference's and the user's arm as they ran: version and KV cache as the engine told them."""
    engines = {run.arm: run.engine for run in reversed(runs) if run.engine}
    rates = {one.arm: one.output_tokens_per_s for one in measurements}
    found = []
    for arm in plan.arms:
        rate, engine = rates.get(arm.id), engines.get(arm.id)
        if arm.role in ("reference", "user") and rate is not None and engine is not None:
            setup = _with_version(arm.setup, engine.vllm_version, always=True)
            found.append(RunHere(arm.title, setup, rate, engine.kv_cache_tokens))
    return found


def _flashinfer(environment: Environment) -> bool | None:
    """Whether vLLM here can sample with FlashInfer: not where it is switched off or not installed."""
    if str(environment.engine_environment.get("VLLM_USE_FLASHINFER_SAMPLER", "")) in ("0", "False"):
        return False
    known = "vllm" in environment.packages
    return False if known and "flashinfer-python" not in environment.packages else None


def _with_version(setup: Setup, version: str | None, *, always: bool = False) -> Setup:
    """The setup with the engine that runs here, unless it names one of its own."""
    if version is None or (not always and "software.version" in setup.origins):
        return setup
    return setup.model_copy(update={"software": setup.software.model_copy(update={"version": version})})
