"""The figures that Muster promises, measured: `make bench`, or `make bench ARGS="note timers"` for some of them."""
