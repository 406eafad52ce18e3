"""The loss landscape around a sweep: a plane, its part on show, the losses on it, and the paths."""
