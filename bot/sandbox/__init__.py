"""A local Slack: a workspace in the browser that refuses what Slack refuses."""
