"""Runs and arms for the tests of the statistics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from doctor.schema.plan import Arm
from doctor.schema.run import EngineSample, Run
from doctor.schema.setup import Model, Setup, Workload

SETUP = Setup(model=Model(name="m"), workload=Workload(input_len=10, output_len=10, num_prompts=4))


def make_run(
    arm: str = "reference",
    rate: float = 100.0,
    *,
    repeat: int = 0,
    start: int = 0,
    position: int = 0,
    status: Literal["ok", "invalid", "failed"] = "ok",
    reason: str = "",
    prompt: int = 10,
    output: int = 10,
) -> Run:
    """A run of four requests at ``rate`` output tokens/s."""
    return Run(
        arm=arm,
        repeat=repeat,
        engine_start=start,
        position=position,
        status=status,
        reason=reason,
        wall_s=4 * output / rate,
        prompt_tokens=(prompt,) * 4,
        output_tokens=(output,) * 4,
    )


def interleaved(rates: Mapping[str, Sequence[float]], *, one_start: bool = False) -> list[Run]:
    """One run of every arm in each round, every run in its own engine start unless told."""
    runs: list[Run] = []
    for repeat in range(max(len(values) for values in rates.values())):
        for arm, values in rates.items():
            if repeat < len(values):
                start = 0 if one_start else len(runs)
                runs.append(make_run(arm, values[repeat], repeat=repeat, start=start, position=len(runs)))
    return runs


def make_arm(
    name: str,
    factors: Iterable[str] = (),
    role: Literal["reference", "user", "cell", "ablation"] = "cell",
) -> Arm:
    return Arm(id=name, title=name, role=role, setup=SETUP, factors=frozenset(factors))


def sampled_run(rates: Sequence[float], step: float = 1.0, **changes: object) -> Run:
    """A run whose engine samples rise by ``rates`` output tokens/s, one step after the other."""
    tokens, samples = 0.0, [EngineSample(t_s=0.0, running=4)]
    for number, rate in enumerate(rates, start=1):
        tokens += rate * step
        samples.append(EngineSample(t_s=number * step, running=4, output_tokens=round(tokens)))
    run = make_run(rate=max(tokens, 1.0) / (len(rates) * step), output=max(round(tokens / 4), 1))
    wall = len(rates) * step
    return run.model_copy(update={"engine_samples": tuple(samples), "wall_s": wall, **changes})
