"""Environment variables that slow the engine."""

from __future__ import annotations

import re

from doctor.checks.framework.contract import Check, Judgement, ok, problem, reading, warning
from doctor.checks.framework.tables import table
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment


def _judge(environment: Environment) -> Judgement:
    variables = environment.engine_environment
    visible = variables.get("CUDA_VISIBLE_DEVICES")
    if environment.gpus and visible in {"", "-1"}:
        return problem(
            "CUDA_VISIBLE_DEVICES hides every GPU",
            reading("CUDA_VISIBLE_DEVICES", repr(visible), "environment"),
            cost=ThroughputCost(text="the whole GPU"),
            action="Name the GPUs to use, or remove the variable.",
            command="unset CUDA_VISIBLE_DEVICES",
        )
    slow = [
        entry
        for entry in table("engine_variables")["variables"]
        if re.fullmatch(entry["values"], str(variables.get(entry["name"], "")), re.IGNORECASE)
        and entry["name"] in variables
    ]
    seen = tuple(reading(entry["name"], str(variables[entry["name"]])[:80], "environment") for entry in slow)
    if slow:
        names = [entry["name"] for entry in slow]
        return warning(
            "; ".join(f"{entry['name']}: {entry['effect']}" for entry in slow),
            *seen,
            cost=ThroughputCost(
                text="; ".join(dict.fromkeys(entry["cost"] for entry in slow)),
                source=" ; ".join(dict.fromkeys(entry["source"] for entry in slow)),
            ),
            action="Remove what was not set on purpose, and say in the report what was.",
            command=f"unset {' '.join(names)}",
        )
    count = len(variables)
    return ok(f"{count} set, none known to slow it" if count else "none set")


CHECK = Check("engine-variables", "The engine's environment variables", "Packages and engine", _judge)
