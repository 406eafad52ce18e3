"""What may be counted while the server works, for whoever wants to watch it."""

from __future__ import annotations


class Meter:
    """Counts nothing: nobody watches. `metrics.py` has the one that does."""

    def trained(self, seconds: float) -> None:
        """A sweep has been trained, in so many seconds of its own turn."""

    def found(self) -> None:
        """A sweep was wanted that had been trained already."""

    def waits(self, seconds: float) -> None:
        """The trainings that run or wait now are estimated to take so long together."""

    def busy(self) -> None:
        """Somebody was told to come again."""
