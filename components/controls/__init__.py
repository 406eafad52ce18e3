"""The controls: the learning rate on top, all other settings in the rail."""
