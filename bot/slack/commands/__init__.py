"""Slash verbs, one per file."""
