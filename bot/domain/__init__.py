"""The rules: pure functions over frozen models; no clock, no chance, no network, no Slack."""
