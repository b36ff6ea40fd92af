"""What the model says beside a measurement: stages in their order, for a check and for a diagnosis.

two setups → differences → factors (and the card) → predicted cells → ledger
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from doctor.attribution.ledger import build_ledger
from doctor.errors import UsageError
from doctor.performance.cells import CellSetup, predicted_rates, predicted_table
from doctor.performance.forecast import card_named, forecast, standing
from doctor.performance.gpus import find_gpu, gpu_of
from doctor.pipeline.ends import counted_away, observed_end, published_end
from doctor.pipeline.reading import settings_of
from doctor.planning.difference import differences
from doctor.planning.factors import factor_of, factors, grouped
from doctor.planning.settings import setting, with_settings
from doctor.planning.setups import user_setup
from doctor.schema.accounting import Accounting
from doctor.schema.evidence import Evidence
from doctor.schema.ledger import Ledger
from doctor.schema.plan import Factor, SettingChange
from doctor.schema.prediction import Forecast, Standing
from doctor.schema.rates import Interval
from doctor.schema.setup import Origin, Setup
from doctor.schema.versions import parse_version

HARDWARE = "hardware"
_ALL_CELLS_UP_TO = 4
"""So many factors give 16 cells, about a second; beyond, both ends, single breaks and single fixes."""
_MOST_FACTORS = 5
_SOFTWARE = "software"


class Scene(NamedTuple):
    """What is known of the two sides before anything is predicted."""

    reference: Setup
    user: Setup | None
    accounting: Accounting | None
    here: str | None = None
    """This machine's GPU, by the id of its data sheet."""
    kv_cache_tokens: int | None = None
    """What an engine with the user's setup said of its KV cache."""
    flashinfer: bool | None = None
    """Whether the engine here samples with FlashInfer; None: not known."""


class RunHere(NamedTuple):
    """An arm that was measured on this machine's card, as it ran."""

    title: str
    setup: Setup
    output_tokens_per_s: Interval
    kv_cache_tokens: int | None = None


class Foretold(NamedTuple):
    """The forecast, and the ledger from published to observed with every cell predicted."""

    forecast: Forecast
    ledger: Ledger | None


def foretell(scene: Scene, measured: Sequence[RunHere] = ()) -> Foretold:
    """Everything that can be predicted of the scene; what cannot is told in ``refused``."""
    card = _card_of_user(scene)
    found = forecast(
        scene.reference,
        scene.user,
        card,
        user_kv_cache_tokens=scene.kv_cache_tokens,
        flashinfer=scene.flashinfer,
    )
    refused = list(found.refused)
    standings: tuple[Standing, ...] = ()
    ledger = None
    try:
        standings = (*_standing_of_observed(scene), *_standings_here(scene, measured))
        ledger = _ledger(scene)
    except UsageError as error:
        refused.append(error.what)
    update = {"standings": standings, "refused": tuple(dict.fromkeys(refused))}
    return Foretold(found.model_copy(update=update), ledger)


def scene_of(reference: Setup, accounting: Accounting | None, evidence: Evidence) -> Scene:
    """The scene that a diagnosis knows: the user's setup as far as evidence tells it."""
    changes = settings_of(evidence)
    user = user_setup(reference, changes)
    said = {fact.path: fact.value for fact in reversed(evidence.engine_facts) if fact.role == "user"}
    version = said.get("version")
    if isinstance(version, str) and parse_version(version):
        user = user.model_copy(update={"software": user.software.model_copy(update={"version": version})})
    names = [fact.value for fact in evidence.environment if fact.path == "gpu.name" and fact.role == "user"]
    here = next((card for name in names if (card := card_named(str(name)))), None)
    tokens = said.get("kv_cache_tokens")
    return Scene(
        reference,
        user if changes else None,
        accounting,
        here,
        tokens if isinstance(tokens, int) and tokens > 0 else None,
    )


def fill(
    reference: Setup, user: Setup, found: Sequence[Factor], gpu: str, flashinfer: bool | None = None
) -> dict[frozenset[str], float] | None:
    """Output tokens/s of every cell between two setups on one card; None where one is not covered."""
    ids = tuple(factor.id for factor in found)
    try:
        cells = [
            CellSetup(chosen, _between(reference, user, found, chosen), gpu, flashinfer=flashinfer)
            for chosen in _subsets(ids)
        ]
        return dict(predicted_rates(cells, "output"))
    except UsageError:
        return None


def _standing_of_observed(scene: Scene) -> tuple[Standing, ...]:
    """The observed figure against the prediction of the user's own setup."""
    end, card = observed_end(scene.accounting) if scene.accounting else None, _card_of_user(scene)
    if end is None or scene.user is None or card is None:
        return ()
    seen = Interval(estimate=end.tokens_per_s, method="as observed, once")
    return (
        standing(
            "Your figure",
            scene.user,
            card,
            seen,
            "output",
            source="observed",
            kv_cache_tokens=scene.kv_cache_tokens,
            flashinfer=scene.flashinfer,
        ),
    )


def _standings_here(scene: Scene, measured: Sequence[RunHere]) -> tuple[Standing, ...]:
    if scene.here is None:
        return ()
    return tuple(
        standing(
            run.title,
            run.setup,
            scene.here,
            run.output_tokens_per_s,
            "output",
            source="measured here",
            kv_cache_tokens=run.kv_cache_tokens,
            flashinfer=scene.flashinfer,
        )
        for run in measured
    )


def _ledger(scene: Scene) -> Ledger | None:
    reference, user = scene.reference, scene.user
    there, card = gpu_of(reference.hardware), _card_of_user(scene)
    if user is None or there is None or scene.accounting is None:
        return None
    found = [*_card_factor(there, card), *_software_factor(reference, user), *_factors(reference, user)]
    if not found:
        return None
    cells = [
        CellSetup(
            chosen,
            _between(reference, user, found, chosen),
            card if HARDWARE in chosen and card else there,
            flashinfer=scene.flashinfer,
        )
        for chosen in _subsets(tuple(factor.id for factor in found))
    ]
    accounting = scene.accounting
    return build_ledger(
        predicted_table(cells, "output"),
        found,
        title="From the published figure to yours, predicted",
        published=published_end(accounting),
        observed=observed_end(accounting),
        accounting_tokens_per_s=counted_away(accounting),
    )


def _factors(reference: Setup, user: Setup) -> tuple[Factor, ...]:
    found = factors(differences(reference, user, factor_of))
    return grouped(found) if len(found) > _MOST_FACTORS else found


def _card_factor(there: str, card: str | None) -> list[Factor]:
    if card is None or card == there:
        return []
    names = [find_gpu(name)[1].name for name in (there, card)]
    change = SettingChange(path="hardware.accelerator", reference=names[0], user=names[1])
    return [Factor(id=HARDWARE, title=f"Hardware: {names[1]}", resource="hardware", changes=(change,))]


def _software_factor(reference: Setup, user: Setup) -> list[Factor]:
    """The engine's version, where both are known."""
    theirs, mine = reference.software.version, user.software.version
    if theirs is None or mine is None or theirs == mine:
        return []
    change = SettingChange(path="software.version", reference=theirs, user=mine)
    return [Factor(id=_SOFTWARE, title=f"vLLM {mine} for {theirs}", resource="execution", changes=(change,))]


def _between(reference: Setup, user: Setup, found: Sequence[Factor], chosen: frozenset[str]) -> Setup:
    """The reference with the chosen factors at the user's value; the card is no part of a setup here."""
    paths = [
        change.path
        for factor in found
        if factor.id in chosen and factor.id != HARDWARE
        for change in factor.changes
    ]
    return with_settings(reference, {path: setting(user, path) for path in paths}, Origin(kind="user"))


def _subsets(ids: tuple[str, ...]) -> list[frozenset[str]]:
    if len(ids) <= _ALL_CELLS_UP_TO:
        sizes = range(len(ids) + 1)
        return [frozenset(chosen) for size in sizes for chosen in itertools.combinations(ids, size)]
    everything = frozenset(ids)
    breaks = [frozenset((one,)) for one in ids]
    return [frozenset(), *breaks, *(everything - one for one in breaks), everything]


def _card_of_user(scene: Scene) -> str | None:
    """This machine's card; without one, the card that the user's setup names."""
    return scene.here or (gpu_of(scene.user.hardware) if scene.user else None)
