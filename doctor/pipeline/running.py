"""From what was settled to the runs: the plan, the engine, and every run kept as it ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from doctor.causes.catalogue import load_ablations
from doctor.engines.arguments import CPU_ENVIRONMENT, process_environment
from doctor.engines.execute import Bench, Executor
from doctor.engines.host import EngineHost
from doctor.engines.model_files import model_files
from doctor.errors import UsageError
from doctor.performance.fitting import kv_cache_tokens_under, published_memory_bytes, why_not_here
from doctor.pipeline.places import engine_python, model_folder
from doctor.pipeline.settling import Settled
from doctor.pipeline.stage import stage
from doctor.planning.difference import differences
from doctor.planning.factors import factor_of
from doctor.planning.plan import Ground, Wish, make_plan
from doctor.probes.limits import quota_counters
from doctor.probes.machine import Machine
from doctor.rundir import RunDirectory
from doctor.schema.ablation import Ablation
from doctor.schema.environment import Environment
from doctor.schema.plan import Arm, Plan
from doctor.schema.progress import Progress
from doctor.schema.request import CheckRequest
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
        bench = Bench(
            host=host,
            model_path=lambda arm: _model_path(arm, request, directory),
            environment={} if plan.replica is None else CPU_ENVIRONMENT,
            sampler=HostSampler(
                gpu_count=max(1, len(environment.gpus)),
                quota_counters=partial(quota_counters, Machine()),
            ),
            listener=listen,
        )
        # What failed is tried again: a killed engine or a full disk need not be the arm's own fault.
        done = {(run.arm, run.repeat) for run in directory.runs() if run.status != "failed"}
        executor = Executor(plan, bench, done)
        for run in executor.runs():
            directory.keep_run(run)
        planned = (one for one in plan.omissions if one.arm is None)
        omissions = (*planned, *executor.omissions)
        directory.write("plan", plan.model_copy(update={"omissions": tuple(dict.fromkeys(omissions))}))


def _plan(request: CheckRequest, settled: Settled, environment: Environment, cuda: bool) -> Plan:
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
