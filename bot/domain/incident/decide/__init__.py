"""May it be done? One file per noun, one function per command."""
