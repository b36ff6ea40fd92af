"""How a report came to be that was not made by a check."""

from __future__ import annotations

import sys
from datetime import datetime, timezone

from doctor import __version__
from doctor.schema.report import Provenance


def provenance_of_now() -> Provenance:
    """This command, this version, this moment."""
    return Provenance(
        qdoctor_version=__version__,
        created_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        command=("qdoctor", *sys.argv[1:]),
    )
