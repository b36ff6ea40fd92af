"""Runs checks side by side; one that crashes or hangs says so, and the others go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from doctor.checks.framework.contract import AnyCheck, Judgement
from doctor.schema.check import CheckResult
from doctor.schema.environment import Environment
from doctor.schema.model_fit import ModelFit

PATIENCE_S = 5.0
"""How long all checks together may take; each looks at readings that are already there."""


def run_checks(
    checks: Sequence[AnyCheck],
    environment: Environment,
    model: ModelFit | None = None,
    patience_s: float = PATIENCE_S,
) -> tuple[CheckResult, ...]:
    """One result per check, in the order of the checks."""
    attempts = [_Attempt(check, environment, model) for check in checks]
    for attempt in attempts:
        attempt.start()
    deadline = time.monotonic() + patience_s
    for attempt in attempts:
        attempt.join(max(0.0, deadline - time.monotonic()))
    return tuple(attempt.result(patience_s) for attempt in attempts)


class _Attempt(threading.Thread):
    """A daemon thread: a check that hangs must not keep the process from ending."""

    def __init__(self, check: AnyCheck, environment: Environment, model: ModelFit | None) -> None:
        super().__init__(name=f"check-{check.name}", daemon=True)
        self._check = check
        self._environment = environment
        self._model = model
        self._judgement: Judgement | None = None
        self._duration_s = 0.0

    def run(self) -> None:
        began = time.perf_counter()
        try:
            judgement = self._check.judgement(self._environment, self._model)
        except Exception as error:  # noqa: BLE001  a broken check is a result like any other
            judgement = Judgement("crashed", f"this check crashed: {type(error).__name__}: {error}")
        self._duration_s = time.perf_counter() - began
        self._judgement = judgement

    def result(self, patience_s: float) -> CheckResult:
        judgement = self._judgement or Judgement(
            "crashed", f"this check timed out: no answer within {patience_s:g} s"
        )
        return CheckResult(
            name=self._check.name,
            title=self._check.title,
            family=self._check.family,
            state=judgement.state,
            summary=judgement.summary,
            readings=judgement.readings,
            cost=judgement.cost,
            remedy=judgement.remedy,
            doc=f"docs/checks/{self._check.name}.md",
            duration_s=round(self._duration_s, 6),
        )
