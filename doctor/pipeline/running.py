"""From what was settled to the runs: the plan, the engine, and every run kept as it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from doctor.attribution.questions import gap_questions
from doctor.causes.catalogue import load_ablations
from doctor.engines.arguments import CPU_ENVIRONMENT, process_environment
from doctor.engines.execute import Bench, Executor
from doctor.engines.host import EngineHost
from doctor.engines.model_files import model_files
from doctor.errors import UsageError
from doctor.performance.fitting import kv_cache_tokens_under, published_memory_bytes, why_not_here
from doctor.performance.placing import memory_here
from doctor.performance.shortage import advice
from doctor.pipeline.ends import observed_end, published_end
from doctor.pipeline.places import engine_python, model_folder
from doctor.pipeline.resuming import before_the_fault, run_key, scheduled
from doctor.pipeline.settling import Settled
from doctor.pipeline.stage import stage
from doctor.planning.arms import REFERENCE
from doctor.planning.difference import differences
from doctor.planning.factors import factor_of
from doctor.planning.plan import Ground, Wish, make_plan
from doctor.planning.schedule import engine_key, round_of_runs
from doctor.probes.limits import quota_counters
from doctor.probes.machine import Machine
from doctor.rundir import RunDirectory
from doctor.schema.ablation import Ablation
from doctor.schema.environment import Environment
from doctor.schema.plan import Arm, Decision, Omission, Plan, PlannedRun
from doctor.schema.progress import Progress
from doctor.schema.request import CheckRequest
from doctor.schema.run import Run
from doctor.statistics.ablations import ablation_questions
from doctor.statistics.cells import cell_table
from doctor.statistics.noise import noise_floor
from doctor.statistics.rounds import Course, next_round
from doctor.telemetry.sampler import HostSampler

Listener = Callable[[Progress], None]


def run_arms(
    request: CheckRequest,
    settled: Settled,
    environment: Environment,
    directory: RunDirectory,
    listen: Listener,
    while_waiting: Callable[[], None],
) -> None:
    """Make the runs that are not yet kept. What ``while_waiting`` raises ends them."""
    surroundings = process_environment(environment.cpus_usable, has_gpu=bool(environment.gpus))
    with EngineHost(
        engine_python(request),
        directory.path / "engine.log",
        surroundings,
        redacting=directory.redacting,
        while_waiting=while_waiting,
    ) as host:
        cuda = host.ready.get("cuda") is not None
        plan = stage(directory, "plan", Plan, lambda: _plan(request, settled, environment, cuda))
        # A check that goes on may have been given more time, or less.
        plan = plan.model_copy(update={"budget_s": request.budget_s})
        bench = Bench(
            host=host,
            model_path=lambda arm: _model_path(arm, request, directory),
            environment={} if cuda else CPU_ENVIRONMENT,
            sampler=HostSampler(
                gpu_count=max(1, len(environment.gpus)),
                quota_counters=partial(quota_counters, Machine()),
            ),
            listener=listen,
            advice=lambda arm, error: advice(arm.setup, memory_here(environment), error),
        )
        _make_rounds(plan, settled, bench, directory)


def _make_rounds(plan: Plan, settled: Settled, bench: Bench, directory: RunDirectory) -> None:
    """Run round after round until more would not change the verdict, or the budget is spent."""
    # What failed is tried again: a killed engine or a full disk need not be the arm's own fault.
    before = tuple(directory.runs())
    plan = before_the_fault(plan, before)
    kept = {run_key(run) for run in before if run.status != "failed"}
    executor = Executor(plan, bench, sum(run_key(one) in kept for one in plan.schedule))
    planned = plan.schedule
    while True:
        for run in executor.runs([one for one in planned if run_key(one) not in kept]):
            directory.keep_run(run)
        plan = plan.model_copy(update={"omissions": _omissions(plan, executor)})
        # A plan that was lost is decided anew, from what it had decided on: then it comes out the same.
        decision = _decided(plan, settled, scheduled(plan, directory.runs()), executor.left_s)
        planned = _planned(plan, decision)
        plan = plan.model_copy(
            update={
                "schedule": (*plan.schedule, *planned),
                "decisions": (*(one for one in plan.decisions if one.arms), decision),
            }
        )
        directory.write("plan", plan)
        if not planned:
            return


def _decided(plan: Plan, settled: Settled, runs: Sequence[Run], left_s: float) -> Decision:
    """What the next round is for, from all runs so far."""
    table = cell_table(runs, plan.arms, "replica" if plan.replica else "measured")
    ends = () if plan.replica else (published_end(settled.accounting), observed_end(settled.accounting))
    asked = (*gap_questions(table, plan.factors, *ends), *ablation_questions(runs, plan.arms, REFERENCE))
    engines = {arm.id: engine_key(arm.setup) for arm in plan.arms}
    noise = noise_floor(runs)
    return next_round(Course(plan, runs, asked, noise.dof if noise else 0, engines, left_s))


def _planned(plan: Plan, decision: Decision) -> tuple[PlannedRun, ...]:
    """The decision's runs; where engine starts are dear, both ends are repeated within their first."""
    if not decision.arms:
        return ()
    ends = [arm.id for arm in plan.arms if arm.role in ("reference", "user")]
    first = plan.starts_are_dear and not plan.schedule and plan.most_repeats > 1
    return round_of_runs(plan, decision.arms, ends if first else ())


def _omissions(plan: Plan, executor: Executor) -> tuple[Omission, ...]:
    """Arms that cannot be run here, and runs that the budget cut off."""
    planned = (one for one in plan.omissions if one.arm is None)
    return tuple(dict.fromkeys((*planned, *executor.omissions)))


def _plan(request: CheckRequest, settled: Settled, environment: Environment, cuda: bool) -> Plan:
    reference, user = settled.target, settled.user
    why = why_not_here(reference, environment, cuda_engine=cuda)
    memory = published_memory_bytes(reference)
    if why is None and environment.gpus:
        memory = environment.gpus[0].memory_total_bytes
    wish = Wish(
        reference=reference,
        user=user,
        differences=differences(reference, user, factor_of) if user else (),
        ablations=_chosen_ablations(request.ablations),
        inflations=tuple(one for one in load_ablations() if one.inflates),
        seed=request.seed,
        budget_s=request.budget_s,
        most_repeats=request.repeats,
    )
    ground = Ground(
        has_gpu=cuda and why is None,
        replica_why=why,
        kv_cache_tokens=lambda setup: kv_cache_tokens_under(setup, memory),
        starts_are_dear=why is None and bool(environment.gpus),
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


def _model_path(arm: Arm, request: CheckRequest, directory: RunDirectory) -> str:
    """Where the engine finds the arm's model: the user's folder, or one written from its architecture."""
    model = arm.setup.model
    if model.path is not None:
        return model_folder(model.path, request)
    if model.architecture is None:
        raise UsageError(
            "The publication names no architecture, so its model cannot be built from figures",
            where=model.name,
            next_step="Give a local folder with the model: --model PATH.",
        )
    for name, content in model_files(model.architecture).items():
        directory.write_text(f"model/{name}", content)
    return str((directory.path / "model").resolve())
