"""Setups for the tests of this folder."""

from __future__ import annotations

from typing import Any

from doctor.schema.setup import Architecture, EngineSettings, Model, Sampling, Setup, Software, Workload


def setup(
    architecture: Architecture,
    input_len: int = 1000,
    output_len: int = 1000,
    num_prompts: int = 100,
    *,
    version: str | None = "0.32.0",
    max_concurrency: int | None = None,
    request_rate_per_s: float | None = None,
    identical: bool = False,
    sampling: Sampling | None = None,
    **engine: Any,
) -> Setup:
    return Setup(
        model=Model(name="model", architecture=architecture),
        software=Software(version=version),
        workload=Workload(
            input_len=input_len,
            output_len=output_len,
            num_prompts=num_prompts,
            max_concurrency=max_concurrency,
            request_rate_per_s=request_rate_per_s,
            prompts="identical" if identical else "distinct",
        ),
        sampling=sampling or Sampling(),
        engine=EngineSettings(**engine),
    )
