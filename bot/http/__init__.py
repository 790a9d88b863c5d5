"""The HTTP door: one WSGI app."""
