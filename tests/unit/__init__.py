"""Tests without a server or a browser."""
