"""What measures the app: speed, load, faults. Run from the project's root, see the Makefile."""
