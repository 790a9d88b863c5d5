"""One incident: its commands, its events, and what follows from them."""
