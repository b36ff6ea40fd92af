"""The one sentence, the exit code, and the first fixes, from what the other stages found."""
