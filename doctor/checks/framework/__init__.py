"""What checks are made of and how they are run; no check stands here."""
