"""Reference runs: published figures, loaded from YAML, checked, and turned into setups."""

from doctor.references.catalogue import list_references, load_reference, require_target
from doctor.references.setup import reference_setup

__all__ = ["list_references", "load_reference", "reference_setup", "require_target"]
