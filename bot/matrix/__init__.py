"""The Matrix client-server API: the only package that imports nio."""
