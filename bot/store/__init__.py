"""Redis and only Redis: events, effects, timers, indexes."""
