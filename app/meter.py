"""What the trainers report while they work, for anything that wants to count it."""


class Meter:
    """Ignores every report; `app.web.metrics.Prometheus` counts them."""

    def trained(self, seconds: float) -> None:
        """Records a training and its duration, queueing excluded."""

    def found(self) -> None:
        """Counts a sweep found in a cache."""

    def waits(self, seconds: float) -> None:
        """Sets the estimated seconds of the trainings that are running or waiting."""

    def busy(self) -> None:
        """Counts a request that must be retried later."""
