"""What is known before anything runs: the reference, both setups, and what the figures count."""

from __future__ import annotations

from typing import NamedTuple

from doctor.engines.arguments import refuse_code, why_not_handed_through
from doctor.pipeline.reading import Settings, counts_of, rate_of, settings_of, with_published_aside
from doctor.planning.accounting import settle as settle_accounting
from doctor.planning.setups import user_setup
from doctor.references.catalogue import require_target
from doctor.references.setup import reference_setup
from doctor.schema.accounting import Accounting
from doctor.schema.evidence import Evidence
from doctor.schema.paths import EXTRA
from doctor.schema.reference import ReferenceRun
from doctor.schema.request import CheckRequest
from doctor.schema.setup import Model, Setup

NOTHING = Evidence()


class Settled(NamedTuple):
    """What is known before anything runs."""

    reference: ReferenceRun
    target: Setup
    user: Setup | None
    accounting: Accounting


def settle(request: CheckRequest, published: ReferenceRun, evidence: Evidence = NOTHING) -> Settled:
    """The reference as a target, both setups, and both figures counted alike.

    What ``evidence`` says of the user's setup and figure holds where the request says nothing.
    Raises UsageError for a reference that is no target, or a setting that is none.
    """
    reference = require_target(published)
    target = reference_setup(reference)
    target = target.model_copy(update={"model": _model_here(target.model, request.model_path)})
    asked = {path: (one.value, one.origin) for path, one in request.overrides.items()}
    changes = {**_harmless(settings_of(evidence)), **asked}
    user = user_setup(target, changes) if changes else None
    target = _with_trust(target, request)
    user = _with_trust(user, request) if user else None
    observed, counts = request.observed, request.observed_counts
    rate = rate_of(with_published_aside(evidence, reference)) if observed is None else None
    if rate is not None:
        observed, counts = rate.per_s, counts_of(rate, counts)
    accounting = settle_accounting(reference, observed, counts, user.workload if user else None)
    return Settled(reference, target, user, accounting)


def _harmless(settings: Settings) -> Settings:
    """Without what an engine is never given: a script may well have asked for it."""
    return {
        path: setting
        for path, setting in settings.items()
        if not path.startswith(EXTRA) or why_not_handed_through(path.removeprefix(EXTRA), setting[0]) is None
    }


def _with_trust(setup: Setup, request: CheckRequest) -> Setup:
    """The setup, refused where a stranger's file asks for code to be run; that, only the user may."""
    refuse_code(setup.engine)
    if not request.trust_remote_code:
        return setup
    extra = {**setup.engine.extra, "trust_remote_code": True}
    return setup.model_copy(update={"engine": setup.engine.model_copy(update={"extra": extra})})


def _model_here(model: Model, path: str | None) -> Model:
    """The user's folder with real weights, else the architecture with dummy ones."""
    return model.model_copy(update={"path": path, "weights": "real" if path else "dummy"})
