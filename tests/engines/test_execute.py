"""The executor against a stand-in for the host: which runs are made, marked, or left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from doctor.engines import execute
from doctor.engines.execute import Bench, Executor
from doctor.engines.host import ArmFailedError, EngineHost
from doctor.errors import EngineError
from doctor.planning.schedule import round_of_runs
from doctor.schema.plan import Arm, Plan
from doctor.schema.progress import Progress
from doctor.schema.run import EngineFacts, HostSample, Run
from doctor.schema.setup import EngineSettings, Model, Setup, Workload

SAMPLES = (HostSample(t_s=0.0, load_1m=1.0),)
RUN_S = 10.0


class FakeHost:
    """Runs nothing. ``faults``: what happens to an arm; ``unstartable``: engines, by their block counts.

    On the clock, if one is given, an engine start takes ``start_s`` and a run ten seconds.
    """

    def __init__(
        self,
        faults: Mapping[str, str] | None = None,
        unstartable: Collection[int | None] = (),
        *,
        clock: SimpleNamespace | None = None,
        start_s: float = 0.0,
    ) -> None:
        self.faults = dict(faults or {})
        self.clock = clock or SimpleNamespace(now=0.0)
        self.start_s = start_s
        self.unstartable = unstartable
        self.starts: list[int | None] = []
        self.jobs: list[Mapping[str, Any]] = []
        self.engine_pid: int | None = None
        self.stops = 0

    def start_engine(self, arguments: Mapping[str, Any], environment: Mapping[str, str]) -> EngineFacts:
        assert self.engine_pid is None, "one engine at a time"
        blocks = arguments.get("num_gpu_blocks_override")
        self.starts.append(blocks)
        self.clock.now += self.start_s
        if blocks in self.unstartable:
            raise EngineError("The engine did not start: no memory", next_step="…")
        self.engine_pid = 4000 + len(self.starts)
        return EngineFacts(vllm_version="0.0.fake")

    def run(
        self, job: Mapping[str, Any], on_progress: Callable[[Mapping[str, Any]], None]
    ) -> Mapping[str, Any]:
        assert self.engine_pid is not None
        self.jobs.append(job)
        fault = self.faults.get(job["id"].partition("#")[0], "")
        on_progress({"t_s": 2.0, "output_tokens": 100, "requests_done": 1, "requests": 2})
        self.clock.now += RUN_S
        if fault == "fails":
            self.engine_pid = None
            raise ArmFailedError("The engine died in the middle of this arm", next_step="…")
        if fault == "interrupted":
            raise KeyboardInterrupt
        count = job["workload"]["num_prompts"]
        delivered = 128 if fault == "wrong length" else job["workload"]["output_len"]
        return {
            "wall_s": -float("nan") if fault == "nonsense" else 2.0,
            "prompt_tokens": [job["workload"]["input_len"]] * count,
            "output_tokens": [delivered] * count,
        }

    def stop_engine(self) -> None:
        self.stops += 1
        self.engine_pid = None

    def log_tail(self, lines: int = 30) -> tuple[str, ...]:
        return ("the engine's last words",)


class FakeSampler:
    def __init__(self) -> None:
        self.watching: list[Sequence[int]] = []
        self.running = False

    def start(self, pids: Sequence[int]) -> None:
        self.watching.append(tuple(pids))
        self.running = True

    def stop(self) -> tuple[HostSample, ...]:
        self.running = False
        return SAMPLES


def arm(id_: str, blocks: int | None = None) -> Arm:
    setup = Setup(
        model=Model(name="a-model"),
        workload=Workload(input_len=32, output_len=32, num_prompts=8),
        engine=EngineSettings(num_gpu_blocks_override=blocks),
    )
    return Arm(id=id_, title=f"The arm {id_}", role="ablation", setup=setup)


# Two engines: one serves reference, single and top-p, the other kv-tight and kv-user.
ARMS = (arm("reference"), arm("single"), arm("top-p"), arm("kv-tight", 65), arm("kv-user", 65))


ALL = tuple(one.id for one in ARMS)


def plan(*, starts: int = 1, again: Collection[str] = (), budget_s: float = 1e9) -> Plan:
    made = Plan(arms=ARMS, seed=11, budget_s=budget_s)
    for _ in range(starts):
        runs = round_of_runs(made, ALL, again=again)
        made = made.model_copy(update={"schedule": (*made.schedule, *runs)})
    return made


def executor(host: FakeHost, made: Plan, listen: list[Progress] | None = None) -> Executor:
    bench = Bench(
        host=cast(EngineHost, host),
        model_path=lambda arm: "/models/a",
        environment={},
        sampler=FakeSampler(),
        listener=(listen if listen is not None else []).append,
    )
    return Executor(made, bench)


def all_runs(host: FakeHost, made: Plan) -> list[Run]:
    return list(executor(host, made).runs(made.schedule))


def statuses(runs: Sequence[Run]) -> dict[str, str]:
    return {run.arm: run.status for run in runs}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Time that passes only where a test says so."""
    state = SimpleNamespace(now=0.0)
    monkeypatch.setattr(execute, "time", SimpleNamespace(monotonic=lambda: state.now))
    return state


def test_every_planned_run_is_made_once_in_order() -> None:
    host, made = FakeHost(), plan(starts=2, again=("single",))
    runs = all_runs(host, made)
    assert [(run.position, run.arm, run.repeat, run.engine_start) for run in runs] == [
        (one.position, one.arm, one.repeat, one.engine_start) for one in made.schedule
    ]
    assert {run.status for run in runs} == {"ok"}
    assert len(host.starts) == 4  # two engines, each started anew in both rounds
    assert host.stops == 4


def test_a_run_carries_engine_machine_and_time() -> None:
    first, *_ = all_runs(FakeHost(), plan())
    assert first.engine is not None
    assert first.engine.vllm_version == "0.0.fake"
    assert first.host_samples == SAMPLES
    assert first.started_at.endswith("+00:00")


def test_each_arm_is_warmed_up_once_per_engine_start() -> None:
    host = FakeHost()
    all_runs(host, plan(starts=2, again=ALL))
    warmed = [job["id"].partition("#")[0] for job in host.jobs if job["warm_up"]]
    assert sorted(warmed) == sorted([one.id for one in ARMS] * 2)


def test_no_two_runs_have_the_same_prompts() -> None:
    host = FakeHost()
    all_runs(host, plan(starts=2, again=ALL))
    seeds = [job["seed"] for job in host.jobs]
    assert len(seeds) == len(set(seeds)) == 20


def test_a_failed_arm_leaves_the_others() -> None:
    host = FakeHost({"single": "fails"})
    runs = all_runs(host, plan())
    assert statuses(runs) == {
        "reference": "ok",
        "single": "failed",
        "top-p": "ok",
        "kv-tight": "ok",
        "kv-user": "ok",
    }
    (failed,) = [run for run in runs if run.status == "failed"]
    assert failed.reason == "The engine died in the middle of this arm"
    assert failed.log_tail == ("the engine's last words",)
    assert host.starts == [None, None, 65]  # the lost engine was started once more, for top-p


def test_an_engine_that_was_lost_with_its_last_arm_is_not_started_again() -> None:
    host = FakeHost({"top-p": "fails", "kv-user": "fails"})
    all_runs(host, plan())
    assert host.starts == [None, 65]


def test_an_engine_that_does_not_start_fails_its_arms_and_is_not_tried_again() -> None:
    host = FakeHost(unstartable=[65])
    runs = all_runs(host, plan(starts=3))
    failed = [run for run in runs if run.status == "failed"]
    assert sorted({run.arm for run in failed}) == ["kv-tight", "kv-user"]
    assert len(failed) == 6
    assert all("no memory" in run.reason for run in failed)
    assert host.starts.count(65) == 1  # though later rounds begin with either arm
    assert host.starts.count(None) == 3


def test_a_delivery_that_was_not_asked_for_makes_the_run_invalid() -> None:
    runs = all_runs(FakeHost({"single": "wrong length"}), plan())
    (invalid,) = [run for run in runs if run.status != "ok"]
    assert (invalid.arm, invalid.status) == ("single", "invalid")
    assert invalid.reason == "8 requests had 128 output tokens instead of 32"
    assert invalid.output_tokens == (128,) * 8  # what was measured stays


def test_an_answer_that_makes_no_sense_fails_the_run_and_no_other() -> None:
    runs = all_runs(FakeHost({"single": "nonsense"}), plan())
    assert [run.arm for run in runs if run.status == "failed"] == ["single"]
    assert len(runs) == 5


def test_only_what_is_handed_over_is_made() -> None:
    host, made = FakeHost(), plan(starts=2)
    work = Executor(made, executor(host, made)._bench, done=7)
    assert [run.position for run in work.runs(made.schedule[7:])] == [7, 8, 9]
    assert len(host.jobs) == 3
    assert list(work.runs([])) == []


def test_a_dead_engine_stays_dead_in_the_next_round() -> None:
    host, made = FakeHost(unstartable=[65]), plan(starts=2)
    work = executor(host, made)
    for half in (made.schedule[:5], made.schedule[5:]):
        assert {run.arm for run in work.runs(half) if run.status == "failed"} == {"kv-tight", "kv-user"}
    assert host.starts.count(65) == 1


def test_a_spent_budget_leaves_out_the_later_runs_and_names_them(clock: SimpleNamespace) -> None:
    planned = plan(starts=2, budget_s=35.0)
    work = executor(FakeHost(clock=clock), planned)
    made = [run.arm for run in work.runs(planned.schedule)]
    # After three runs of 10 s a fourth would end at 40 s.
    assert made == ["reference", "single", "top-p"]
    assert len(work.omissions) == 7
    assert "The arm kv-tight, round 1" in [one.what for one in work.omissions]
    assert {one.why for one in work.omissions} == {"the budget of 35 s was spent"}


def test_the_first_run_is_made_however_small_the_budget(clock: SimpleNamespace) -> None:
    planned = plan(budget_s=0.001)
    work = executor(FakeHost(clock=clock), planned)
    made = [run.arm for run in work.runs(planned.schedule)]
    assert made == ["reference"]
    assert len(work.omissions) == 4


def test_a_budget_that_is_not_spent_leaves_out_nothing(clock: SimpleNamespace) -> None:
    planned = plan(budget_s=50.0)
    work = executor(FakeHost(clock=clock), planned)
    list(work.runs(planned.schedule))
    assert work.omissions == []


def test_an_engine_that_stands_is_not_counted_again(clock: SimpleNamespace) -> None:
    planned = plan(budget_s=140.0)
    work = executor(FakeHost(clock=clock, start_s=60.0), planned)
    made = [run.arm for run in work.runs(planned.schedule)]
    # The start and three runs end at 90 s; another engine's first run would end at 160 s.
    assert made == ["reference", "single", "top-p"]
    assert [one.arm for one in work.omissions] == ["kv-tight", "kv-user"]


def test_progress_tells_arm_repeat_rate_and_time_left(clock: SimpleNamespace) -> None:
    told: list[Progress] = []
    planned = plan(starts=2, budget_s=1e6)
    work = executor(FakeHost(clock=clock), planned, listen=told)
    list(work.runs(planned.schedule))
    assert told[0].doing == "starting the engine"
    assert "The arm single, round 2" in [one.doing for one in told]
    assert {one.output_tokens_per_s for one in told if one.requests} == {50.0}
    assert (told[0].left_s, told[-1].runs_done, told[-1].runs_planned) == (None, 9, 10)
    assert told[-1].left_s == pytest.approx(10.0)  # nine runs took 90 s, one is left


def test_an_interruption_stops_the_sampling_and_goes_on_up() -> None:
    planned = plan()
    work = executor(FakeHost({"single": "interrupted"}), planned)
    with pytest.raises(KeyboardInterrupt):
        list(work.runs(planned.schedule))
    sampler = work._bench.sampler
    assert isinstance(sampler, FakeSampler)
    assert sampler.running is False


def test_the_sampler_watches_the_engine() -> None:
    planned = plan()
    work = executor(FakeHost(), planned)
    list(work.runs(planned.schedule))
    sampler = work._bench.sampler
    assert isinstance(sampler, FakeSampler)
    assert sampler.watching[0] == (4001,)
