"""Ends a training that takes longer than its estimate promised, or for which nobody waits."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time

from app.choices import SettingsError
from app.presence import check
from app.settings import Settings, estimated_seconds

# Half a second more than the estimate allows, so that only a wrong one is ever met.
MOST_SECONDS = 2.0
# A look at the clock takes as long as a hundredth of a step.
STEPS_BETWEEN_LOOKS = 16
# An epoch of so many estimated seconds is worth a look of its own.
LONG_EPOCH = 2e-3


class Deadline:
    """For one training. What counts is the time that this thread computes: the same training must
    not fail because others compute as well."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = thread_time) -> None:
        self._settings, self._clock = settings, clock
        self._end = clock() + MOST_SECONDS
        is_long = estimated_seconds(settings) > LONG_EPOCH * settings.epochs
        steps = 1 if is_long else STEPS_BETWEEN_LOOKS
        self._epochs_between_looks = -(-steps // settings.steps_per_epoch)

    def check(self, epoch: int) -> None:
        """Raises SettingsError where the time is over, and Gone; to be called at each epoch."""
        if epoch % self._epochs_between_looks:
            return
        check()
        if self._clock() > self._end:
            raise SettingsError(
                f"This training was ended, as it took longer here than {MOST_SECONDS:g} seconds. "
                f"Choose {_less(self._settings)}.",
                "epochs",
            )


def _less(settings: Settings) -> str:
    """What makes these settings less work."""
    choices = ["fewer epochs"]
    if settings.hidden_units:
        choices.append("fewer hidden units")
    if settings.hidden_units and settings.hidden_layers > 1:
        choices.append("fewer layers")
    if settings.steps_per_epoch > 1:
        choices.append("larger batches")
    *some, last = choices
    return f"{', '.join(some)} or {last}" if some else last
