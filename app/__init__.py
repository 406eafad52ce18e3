"""Descent Lab: see gradient descent at every learning rate at once."""
