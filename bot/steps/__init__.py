"""Runbook step types, one per file."""
