"""Who trains a sweep, and which trained sweeps are kept."""
