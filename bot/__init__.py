"""Muster: a Slack-native incident bot."""
