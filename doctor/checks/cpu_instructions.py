"""Whether the CPU has the instructions that the CPU build's fast kernels need."""

from __future__ import annotations

from doctor.checks.framework.contract import (
    NO_FIGURE,
    Check,
    Judgement,
    ok,
    reading,
    skipped,
    unknown,
    warning,
)
from doctor.schema.environment import Environment

_MATRIX = {"amx_bf16", "avx512_bf16", "sve", "bf16"}


def _judge(environment: Environment) -> Judgement:
    if environment.gpus:
        return skipped("the GPU does the arithmetic")
    if not environment.cpu_model and not environment.cpu_flags:
        return unknown("/proc/cpuinfo cannot be read")
    flags = environment.cpu_flags
    seen = reading("instruction sets", ", ".join(flags) or "none of those", "/proc/cpuinfo")
    if _MATRIX & set(flags):
        return ok(f"bfloat16 in hardware ({', '.join(sorted(_MATRIX & set(flags)))})", seen)
    return warning(
        "no bfloat16 in hardware: no AVX512-BF16, no AMX",
        seen,
        cost=NO_FIGURE,
        action="Take relative effects from this machine, not rates. Xeons and Epycs of the fourth"
        " generation have them.",
    )


CHECK = Check("cpu-instructions", "CPU instruction sets", "CPU and host", _judge)
