"""RQ workers and the clock: everything slow, fragile or due."""
