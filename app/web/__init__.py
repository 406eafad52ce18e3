"""The HTTP edge: what happens to a request before and after its callback."""
