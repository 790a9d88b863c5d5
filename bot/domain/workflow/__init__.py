"""Workflows as data: what operators declare of severities, stages, moves, hats and reminders, and what follows."""
