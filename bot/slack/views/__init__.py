"""Pictures of state: pure functions from state to messages."""
