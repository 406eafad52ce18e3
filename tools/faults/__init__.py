"""What breaks in real life, made to happen: `make faults`, or `python -m tools.faults NAME`.

Each fault starts the container's own server on this machine, does something to it while people ask,
and says what they met. A new one is one function that returns an Outcome, and a line in __main__.
"""
