"""Timeline formats, one per file."""
