"""The Slack door: payloads in, commands to the engine, views out."""
