"""The stages of a check in their order. The only module that knows them all.

    request → reference, setups, accounting → environment → plan → runs
            → measurements → ledgers → findings → verdict → report

Each stage takes frozen records and gives frozen records; each writes one file in the run
directory. ``judge`` starts from these files and needs no engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import NamedTuple, TypeVar

from doctor import __version__
from doctor.attribution.ledger import build_ledger
from doctor.attribution.published import published_ledger
from doctor.causes.catalogue import load_ablations, load_causes
from doctor.causes.measured import judge_arm, judge_line
from doctor.engines.arguments import CPU_ENVIRONMENT, process_environment
from doctor.engines.execute import Bench, Executor
from doctor.engines.host import EngineHost
from doctor.engines.model_files import write_model_directory
from doctor.errors import UsageError
from doctor.performance.fitting import kv_cache_tokens_under, published_memory_bytes, why_not_here
from doctor.planning.accounting import settle
from doctor.planning.arms import REFERENCE
from doctor.planning.difference import differences
from doctor.planning.factors import factor_of
from doctor.planning.plan import Ground, Wish, make_plan
from doctor.planning.setups import user_setup
from doctor.probes.environment import read_environment
from doctor.references.catalogue import load_reference, require_target
from doctor.references.setup import reference_setup
from doctor.reporting.html import render_html
from doctor.reporting.markdown import render_markdown
from doctor.rundir import RunDirectory
from doctor.schema.ablation import Ablation
from doctor.schema.accounting import Accounting
from doctor.schema.environment import Environment
from doctor.schema.finding import Finding
from doctor.schema.ledger import Ledger
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Arm, Basis, Plan
from doctor.schema.progress import Progress
from doctor.schema.record import Record
from doctor.schema.reference import ReferenceRun
from doctor.schema.report import Provenance, Report
from doctor.schema.request import CheckRequest
from doctor.schema.run import Run
from doctor.schema.setup import Model, Setup
from doctor.statistics.cells import cell_table
from doctor.statistics.measure import measure_arms
from doctor.telemetry.sampler import HostSampler
from doctor.verdict.fixes import first_fixes
from doctor.verdict.sentence import Grounds, verdict

Listener = Callable[[Progress], None]
_R = TypeVar("_R", bound=Record)


def check(request: CheckRequest, directory: RunDirectory, listen: Listener) -> Report:
    """Measure and judge; what the directory already holds is not measured again.

    An interruption ends the measuring, not the report: it is written from what was measured.
    Raises QdoctorError where not even a report can be made.
    """
    begun = time.monotonic()
    directory.write("request", request)
    settled = _settle(request)
    environment = _stage(
        directory, "environment", Environment, lambda: read_environment(request.engine_python)
    )
    interrupted = False
    if request.ablations or settled.user is not None:
        interrupted = _run_arms(request, settled, environment, directory, listen)
    return _judged(request, settled, directory, time.monotonic() - begun, interrupted=interrupted)


def judge(directory: RunDirectory) -> Report:
    """Judge again what a check measured; nothing is run."""
    request = directory.read("request", CheckRequest)
    return _judged(request, _settle(request), directory, 0.0, interrupted=False)


class _Settled(NamedTuple):
    """What is known before anything runs."""

    reference: ReferenceRun
    target: Setup
    user: Setup | None
    accounting: Accounting


def _settle(request: CheckRequest) -> _Settled:
    reference = require_target(load_reference(request.reference))
    target = reference_setup(reference)
    target = target.model_copy(update={"model": _model_here(target.model, request.model_path)})
    changes = {path: (one.value, one.origin) for path, one in request.overrides.items()}
    user = user_setup(target, changes) if changes else None
    workload = user.workload if user else None
    accounting = settle(reference, request.observed, request.observed_counts, workload)
    return _Settled(reference, target, user, accounting)


def _model_here(model: Model, path: str | None) -> Model:
    """The user's folder with real weights, else the architecture with dummy ones."""
    return model.model_copy(update={"path": path, "weights": "real" if path else "dummy"})


def _run_arms(
    request: CheckRequest,
    settled: _Settled,
    environment: Environment,
    directory: RunDirectory,
    listen: Listener,
) -> bool:
    """Make the runs that are not yet kept. Whether they were interrupted."""
    surroundings = process_environment(environment.cpus_usable, has_gpu=bool(environment.gpus))
    with EngineHost(request.engine_python, directory.path / "engine.log", surroundings) as host:
        cuda = host.ready.get("cuda") is not None
        plan = _stage(directory, "plan", Plan, lambda: _plan(request, settled, environment, cuda))
        bench = Bench(
            host=host,
            model_path=lambda arm: _model_path(arm, directory),
            environment={} if plan.replica is None else CPU_ENVIRONMENT,
            sampler=HostSampler(gpu_count=max(1, len(environment.gpus))),
            listener=listen,
        )
        # What failed is tried again: a killed engine or a full disk need not be the arm's own fault.
        done = {(run.arm, run.repeat) for run in directory.runs() if run.status != "failed"}
        executor = Executor(plan, bench, done)
        try:
            for run in executor.runs():
                directory.keep_run(run)
        except KeyboardInterrupt:
            return True
        planned = (one for one in plan.omissions if one.arm is None)
        omissions = (*planned, *executor.omissions)
        directory.write("plan", plan.model_copy(update={"omissions": tuple(dict.fromkeys(omissions))}))
    return False


def _plan(request: CheckRequest, settled: _Settled, environment: Environment, cuda: bool) -> Plan:
    reference, user = settled.target, settled.user
    why = why_not_here(reference, environment, cuda_engine=cuda)
    memory = environment.gpus[0].memory_total_bytes if why is None else published_memory_bytes(reference)
    wish = Wish(
        reference=reference,
        user=user,
        differences=differences(reference, user, factor_of) if user else (),
        ablations=_chosen_ablations(request.ablations),
        seed=request.seed,
        budget_s=request.budget_s,
        # A replica's engine starts in seconds, so every repeat gets a start of its own.
        starts=request.repeats if why else 1,
        repeats_per_start=1 if why else request.repeats,
    )
    ground = Ground(
        has_gpu=why is None,
        replica_why=why,
        kv_cache_tokens=lambda setup: kv_cache_tokens_under(setup, memory),
    )
    return make_plan(wish, ground)


def _chosen_ablations(wanted: tuple[str, ...]) -> tuple[Ablation, ...]:
    """The ablations asked for by id; "default" is the first of each factor, "all" is all."""
    known = load_ablations()
    if wanted == ("all",):
        return known
    if wanted == ("default",):
        return tuple({one.factor: one for one in reversed(known)}.values())[::-1]
    by_id = {one.id: one for one in known}
    unknown = [one for one in wanted if one not in by_id]
    if unknown:
        raise UsageError(
            f"There is no ablation {unknown[0]!r}",
            where="--ablation",
            next_step=f"Choose from: {', '.join(sorted(by_id))}; or default, all, none.",
        )
    return tuple(by_id[one] for one in dict.fromkeys(wanted))


def _model_path(arm: Arm, directory: RunDirectory) -> str:
    """Where the engine finds the arm's model: the user's folder, or one written from its architecture."""
    model = arm.setup.model
    if model.path is not None:
        return model.path
    if model.architecture is None:
        raise UsageError(
            "The publication names no architecture, so its model cannot be built from figures",
            where=model.name,
            next_step="Give a local folder with the model: --model PATH.",
        )
    return str(write_model_directory(model.architecture, directory.path / "model").resolve())


def _judged(
    request: CheckRequest,
    settled: _Settled,
    directory: RunDirectory,
    duration_s: float,
    *,
    interrupted: bool,
) -> Report:
    """From the kept runs to the report, written in three forms."""
    plan = directory.read("plan", Plan) if directory.has("plan") else None
    runs = tuple(directory.runs()) if plan else ()
    measurements, ledgers = _measured(settled, plan, runs)
    findings = _findings(plan, measurements, ledgers)
    grounds = Grounds(settled.accounting, plan, measurements, ledgers, _failures(plan, runs), interrupted)
    report = Report(
        provenance=Provenance(
            qdoctor_version=__version__,
            created_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            command=request.command,
            run_directory=str(directory.path),
            duration_s=duration_s,
            interrupted=interrupted,
            engine_tried=next((f"vLLM {run.engine.vllm_version}" for run in runs if run.engine), ""),
        ),
        verdict=verdict(grounds),
        reference=settled.reference,
        reference_setup=settled.target,
        user_setup=settled.user,
        accounting=settled.accounting,
        environment=directory.read("environment", Environment),
        plan=plan,
        measurements=measurements,
        ledgers=ledgers,
        findings=findings,
        fixes=first_fixes(settled.reference.id, settled.accounting, plan, measurements, ledgers, findings),
        runs=runs,
    )
    directory.write("report", report)
    directory.write_text("report.html", render_html(report))
    directory.write_text("report.md", render_markdown(report))
    return report


def _measured(
    settled: _Settled, plan: Plan | None, runs: Sequence[Run]
) -> tuple[tuple[ArmMeasurement, ...], tuple[Ledger, ...]]:
    why = f"not measured here: {plan.replica.why}" if plan and plan.replica else ""
    published = published_ledger(settled.accounting, why)
    if plan is None:
        return (), (published,) if published else ()
    basis: Basis = "replica" if plan.replica else "measured"
    measurements = measure_arms(runs, plan.arms, REFERENCE, basis)
    table = cell_table(runs, plan.arms, basis)
    ledgers = [published] if published else []
    if plan.factors:
        title = "From the reference setup to yours" + (", on the replica" if plan.replica else "")
        ledgers.append(build_ledger(table, plan.factors, title=title))
    return measurements, tuple(ledgers)


def _findings(
    plan: Plan | None, measurements: Sequence[ArmMeasurement], ledgers: Sequence[Ledger]
) -> tuple[Finding, ...]:
    """Each cause by the ledger line of its factor, else by its ablation's arm."""
    if plan is None:
        return ()
    lines = {line.id: line for ledger in ledgers for line in ledger.lines if line.kind == "factor"}
    arms = {one.arm: one for one in measurements}
    present = False if plan.differences else None
    found = []
    for cause in load_causes():
        ran = [arms[one.id] for one in cause.ablations if one.id in arms]
        # Where several causes share a factor, its line speaks for those that a run can measure.
        if cause.factor in lines and cause.ablations:
            found.append(judge_line(cause, lines[cause.factor]))
        elif ran:
            found.append(judge_arm(cause, ran[0], present=present))
    return tuple(found)


def _failures(plan: Plan | None, runs: Sequence[Run]) -> tuple[str, ...]:
    """What did not run or did not deliver, one sentence an arm."""
    titles = {arm.id: arm.title for arm in plan.arms} if plan else {}
    reasons: dict[tuple[str, str, str], int] = {}
    for run in runs:
        if run.status != "ok":
            key = (titles.get(run.arm, run.arm), run.status, run.reason)
            reasons[key] = reasons.get(key, 0) + 1
    return tuple(
        f"{title}: {count} run{'s' if count > 1 else ''} {status}: {reason}"
        for (title, status, reason), count in reasons.items()
    )


def _stage(directory: RunDirectory, name: str, kind: type[_R], make: Callable[[], _R]) -> _R:
    """What the stage's file holds, or what is made now and kept there."""
    if directory.has(name):
        return directory.read(name, kind)
    made = make()
    directory.write(name, made)
    return made
