"""One reader per foreign format, found by content."""
