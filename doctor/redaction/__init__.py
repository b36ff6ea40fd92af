"""Takes out of texts and records what must not leave the machine.

Kinds: secrets, user names, host names, home paths, serial numbers, UUIDs, IP addresses and MAC
addresses. Each is replaced by its kind in angle brackets, so that a reader sees that something
stood there; redacting twice changes nothing more.
"""

from doctor.redaction.names import names_a_secret
from doctor.redaction.people import Identity, at_home
from doctor.redaction.records import Kind, redact
from doctor.redaction.typed import redact_record, redactions

__all__ = ["Identity", "Kind", "at_home", "names_a_secret", "redact", "redact_record", "redactions"]
