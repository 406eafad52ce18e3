from __future__ import annotations

from itertools import count

import pytest

from app.choices import SettingsError
from app.engine.deadline import MOST_SECONDS, STEPS_BETWEEN_LOOKS
from app.engine.training import descend
from app.settings import Settings

LINE = Settings(dataset="line", epochs=2000)
BATCHES = Settings(dataset="parabola", hidden_units=2, epochs=20, batch_size=10)


class Clock:
    """A machine on which each look at the clock comes some seconds after the last."""

    def __init__(self, seconds: float) -> None:
        self.looks = count()
        self.seconds = seconds

    def __call__(self) -> float:
        return next(self.looks) * self.seconds


def test_a_training_that_takes_too_long_is_ended_within_a_few_steps() -> None:
    clock = Clock(seconds=MOST_SECONDS / 3)
    with pytest.raises(SettingsError) as caught:
        descend(LINE, [0, 2000], clock=clock)
    assert str(caught.value) == (
        "This training was ended, as it took longer here than 2 seconds. Choose fewer epochs."
    )
    assert caught.value.field == "epochs"
    # One look at the start, three within the time, one beyond it.
    assert next(clock.looks) == 5


def test_a_training_in_time_is_looked_at_seldom_and_ends_by_itself() -> None:
    clock = Clock(seconds=MOST_SECONDS / 1000)
    descent = descend(LINE, [0, 2000], clock=clock)
    assert descent.train_loss.shape == (41, 2001)
    assert next(clock.looks) <= 2001 / STEPS_BETWEEN_LOOKS + 2


def test_each_long_epoch_is_looked_at() -> None:
    clock = Clock(seconds=0)
    descend(Settings(dataset="diabetes", hidden_units=64, epochs=10), [0, 10], clock=clock)
    assert next(clock.looks) == 1 + 11


def test_minibatches_are_looked_at_as_often_by_their_steps() -> None:
    clock = Clock(seconds=0)
    descend(BATCHES, [0, 20], clock=clock)
    steps = BATCHES.steps + BATCHES.steps_per_epoch
    assert next(clock.looks) >= steps / (STEPS_BETWEEN_LOOKS + BATCHES.steps_per_epoch)


@pytest.mark.parametrize(
    ("settings", "choices"),
    [
        (LINE, "fewer epochs."),
        (BATCHES, "fewer epochs, fewer hidden units or larger batches."),
        (
            Settings(dataset="parabola", hidden_units=2, hidden_layers=3, epochs=50),
            "fewer epochs, fewer hidden units or fewer layers.",
        ),
    ],
)
def test_the_sentence_names_what_makes_it_shorter(settings: Settings, choices: str) -> None:
    with pytest.raises(SettingsError, match=f"Choose {choices}$"):
        descend(settings, [0, settings.epochs], clock=Clock(seconds=MOST_SECONDS + 1))
