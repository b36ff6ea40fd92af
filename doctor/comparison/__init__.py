"""Checks side by side: what differs between them, and whether a difference of rates is shown."""
