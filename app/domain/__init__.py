"""The rules of the lab: what holds without torch, a browser or a network."""
