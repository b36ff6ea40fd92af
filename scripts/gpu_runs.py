"""Measure a GPU stage by stage within a time limit: environment, predictions, checks, vLLM's own benchmark.

    python scripts/gpu_runs.py PLAN --output DIR --limit 25m [--engine-python PATH]

The plan is a YAML list of stages in the order of their worth (benchmarks/data/gpu/plan.yaml). What ended well
is not done again, a check that was cut off goes on where it stopped, and a stage that the time left does not
allow is left for the next call: the same command continues. ``DIR/stages.jsonl`` says what was done when.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from doctor.commands.check import Duration
from doctor.engines.arguments import CPU_ENVIRONMENT, NO_NETWORK, engine_arguments
from doctor.engines.model_files import model_files
from doctor.performance.fitting import kv_cache_tokens_under
from doctor.planning.load import sequences_in_flight, shortened
from doctor.references import load_reference, reference_setup
from doctor.schema.setup import Setup

KINDS = ("qdoctor", "check", "bench")
FOUND = {"check": (0, 1), "qdoctor": (0,), "bench": (0,)}
"""Exit codes that are results: a check that finds a gap ends with 1."""
ROUND_UP_S = 20.0
"""What a check needs beside its runs: importing vLLM before, the report after."""
GRACE_S = 30.0
"""How long an interrupted stage may take to write what it has."""


class Stage(NamedTuple):
    """One thing to do. ``subject``: the words of a qdoctor command, or a reference run's id or file."""

    name: str
    kind: str
    subject: tuple[str, ...]
    arguments: tuple[str, ...]
    run: str
    """The run directory of a check; another stage's where it goes on with that."""
    least_s: float
    most_s: float


class Place(NamedTuple):
    """Where everything is: the plan's folder, the results, the Python that has vLLM."""

    plan: Path
    output: Path
    engine_python: str

    @property
    def ledger(self) -> Path:
        """One line per stage that was tried."""
        return self.output / "stages.jsonl"


def stages_of(content: object) -> tuple[Stage, ...]:
    """The stages of a plan. Raises TypeError or ValueError where one is not understood."""
    if not isinstance(content, list):
        raise TypeError("a plan is a list of stages")
    return tuple(_stage(one) for one in content)


def _stage(content: Mapping[str, Any]) -> Stage:
    given = [kind for kind in KINDS if kind in content]
    unknown = set(content) - {*KINDS, *LIMITS, "name", "arguments", "goes-on-with"}
    if len(given) != 1 or unknown or "name" not in content:
        raise ValueError(f"a stage has a name and one of {', '.join(KINDS)}, not {sorted(content)}")
    seconds = [Duration().convert(content.get(key, other), None, None) for key, other in LIMITS.items()]
    return Stage(
        str(content["name"]),
        given[0],
        tuple(shlex.split(content[given[0]])),
        tuple(shlex.split(content.get("arguments", ""))),
        str(content.get("goes-on-with", content["name"])),
        *seconds,
    )


LIMITS = {"least": "5s", "most": "10m"}
"""The time without which a stage is not begun, and the most that it is given."""


def run_all(stages: Sequence[Stage], place: Place, limit_s: float) -> None:
    """Every stage that is not done and that the time left allows, in order."""
    end = time.monotonic() + limit_s
    for stage in stages:
        left = end - time.monotonic()
        if stage.name in _done(place):
            print(f"{stage.name}: done before", flush=True)
        elif left < stage.least_s:
            print(f"{stage.name}: left for later, it needs {stage.least_s:.0f} s", flush=True)
        else:
            _note(place, _one(stage, place, min(stage.most_s, left)))


def _one(stage: Stage, place: Place, limit_s: float) -> dict[str, object]:
    """Do a stage; what came of it. Its output goes to files under its name."""
    print(f"{stage.name}: at most {limit_s:.0f} s", flush=True)
    begun, began = time.monotonic(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        command = COMMANDS[stage.kind](stage, place, limit_s)
        code = _run(command, place, stage.name, limit_s)
    except Exception as error:  # noqa: BLE001  (the stages after it have their worth)
        command, code = (), f"{type(error).__name__}: {error}"
    took = round(time.monotonic() - begun, 1)
    print(f"{stage.name}: {code} after {took} s", flush=True)
    done = code in FOUND[stage.kind]
    what = {"name": stage.name, "began": began, "took_s": took, "exit_code": code, "done": done}
    return {**what, "command": command}


def _qdoctor(stage: Stage, place: Place, limit_s: float) -> tuple[str, ...]:
    words = (_filled(word, place) for word in (*stage.subject, *stage.arguments))
    return (sys.executable, "-m", "doctor", *words)


def _check(stage: Stage, place: Place, limit_s: float) -> tuple[str, ...]:
    folder = place.output / f"{stage.run}.run"
    budget = ("--budget", f"{max(1.0, limit_s - ROUND_UP_S):.0f}s")
    check = (sys.executable, "-m", "doctor", "check", *budget, "--engine-python", place.engine_python)
    if (folder / "request.json").exists():
        return (*check, "--resume", str(folder))
    subject = (_filled(word, place) for word in stage.subject)
    return (*check, "--reference", *subject, "--output", str(folder), *stage.arguments)


def _bench(stage: Stage, place: Place, limit_s: float) -> tuple[str, ...]:
    """vLLM's own benchmark with the set-up of a reference run, and as many prompts as a check takes."""
    setup = reference_setup(load_reference(_filled(stage.subject[0], place)))
    setup = setup.model_copy(update={"model": setup.model.model_copy(update={"weights": "dummy"})})
    workload = setup.workload
    count = ("--num-prompts", str(prompts(setup, _memory(place))))
    words = [_filled(word, place) for word in stage.arguments]
    lengths: tuple[str, ...] = ()
    if "--input-len" not in words:
        wanted = (str(workload.input_len), str(workload.output_len))
        lengths = ("--random-input-len", wanted[0], "--random-output-len", wanted[1])
    result = ("--output-json", str(place.output / f"{stage.name}.result.json"))
    module = (place.engine_python, "-m", "vllm.entrypoints.cli.main", "bench", "throughput")
    engine = engine_flags(setup, _model(setup, place))
    return (*module, "--dataset-name", "random", *lengths, *count, *result, *engine, *words)


COMMANDS = {"qdoctor": _qdoctor, "check": _check, "bench": _bench}


def prompts(setup: Setup, memory_bytes: int | None) -> int:
    """As many as the reference arm of a check on this card has."""
    in_flight = sequences_in_flight(setup, kv_cache_tokens_under(setup, memory_bytes))
    return shortened(setup.workload, in_flight).num_prompts


def engine_flags(setup: Setup, model: str) -> tuple[str, ...]:
    """The engine's arguments as flags, the same as a check hands to ``LLM``."""
    arguments = engine_arguments(setup, model, seed=0)
    del arguments["disable_log_stats"]  # off for the benchmark by itself
    workload = setup.workload
    arguments.setdefault("max_model_len", workload.input_len + workload.output_len + 1)
    flags: list[str] = []
    for name, value in arguments.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            flags.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            flags += (f"--{flag}", str(value))
    return tuple(flags)


def _model(setup: Setup, place: Place) -> str:
    """A folder with the configuration and a tokenizer; the weights are dummies."""
    assert setup.model.architecture is not None
    folder = place.output / "models" / setup.model.name.replace("/", "--")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in model_files(setup.model.architecture).items():
        (folder / name).write_text(content, encoding="utf-8")
    return str(folder)


def _gpus(place: Place) -> list[dict[str, Any]]:
    """The GPUs that the stage "environment" (`qdoctor env --json`) has found."""
    seen = place.output / "environment.out"
    gpus: list[dict[str, Any]] = json.loads(seen.read_text())["environment"]["gpus"] if seen.exists() else []
    return gpus


def _memory(place: Place) -> int | None:
    return next((gpu["memory_total_bytes"] for gpu in _gpus(place)), None)


def _filled(word: str, place: Place) -> str:
    """A word of the plan with the places in it, and the GPU by its driver's name."""
    gpu = next((str(gpu["name"]) for gpu in _gpus(place)), "")
    known = {
        "output": place.output,
        "plan": place.plan.parent,
        "engine_python": place.engine_python,
        "gpu": gpu,
    }
    return word.format(**known)


def _run(command: Sequence[str], place: Place, name: str, limit_s: float) -> int | str:
    """Its exit code. At the limit it is interrupted, and killed with all it started if it stays.

    What was interrupted is never a result: vLLM's benchmark then reports the rate of what it has and ends
    with 0 (seen with 0.22.1).
    """
    surroundings = {**os.environ, **NO_NETWORK, "PYTHONUNBUFFERED": "1"}
    if not _gpus(place):
        surroundings |= CPU_ENVIRONMENT
    folder = place.output
    with (folder / f"{name}.out").open("wb") as out, (folder / f"{name}.err").open("ab") as err:
        # In the results' folder: ``-m`` puts the working directory before everything on the path.
        process = subprocess.Popen(
            command, stdout=out, stderr=err, env=surroundings, cwd=folder, start_new_session=True
        )
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            _end(process)
    return "interrupted at its limit"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt it and what it started; kill them where they stay."""
    for signum in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
            return


def _done(place: Place) -> set[str]:
    """The stages that ended with a result."""
    if not place.ledger.exists():
        return set()
    lines = (json.loads(line) for line in place.ledger.read_text().splitlines())
    return {line["name"] for line in lines if line["done"]}


def _note(place: Place, line: Mapping[str, object]) -> None:
    with place.ledger.open("a", encoding="utf-8") as ledger:
        ledger.write(json.dumps(line) + "\n")


def main() -> None:
    """Read the plan and do what is not done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("plan", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--limit", required=True, help="25m, 600s")
    parser.add_argument("--engine-python", default=sys.executable)
    options = parser.parse_args()
    place = Place(options.plan.resolve(), options.output.resolve(), options.engine_python)
    place.output.mkdir(parents=True, exist_ok=True)
    stages = stages_of(yaml.safe_load(place.plan.read_text(encoding="utf-8")))
    run_all(stages, place, Duration().convert(options.limit, None, None))


if __name__ == "__main__":
    main()
