"""One effect per file: what reaches out into the world."""
