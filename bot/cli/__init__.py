"""The terminal door: one subcommand per file, the same verbs as Slack."""
