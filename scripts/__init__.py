"""The commands behind the Makefile. `setup` runs on a bare Python, the others in `.venv`."""
