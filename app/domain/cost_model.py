"""How long a training takes, estimated before it starts.

The estimate has two terms: what each step costs whatever its size, and the passes, a pass being one
example that meets one weight of one run, forward and back. It refuses only what is clearly too much
work, and it is the same on every machine, so a link that opens here opens everywhere. The limit
that holds is the deadline inside the loop: `app/engine/deadline.py`.
"""

from bisect import bisect_right
from dataclasses import dataclass

from app.domain.options import ACTIVATIONS, OPTIMIZERS

# Half a second less than the deadline allows.
SECONDS_ALLOWED = 1.5

# Fitted to 64 random trainings at their limit. Relative to the median, nine in ten of them took
# 0.76 to 1.24 times the estimate (docs/performance.md).
SECONDS_PER_STEP = 70e-6
SECONDS_PER_PASS = 0.12e-9

# What each vector of a step costs (params, gradient, ...), in examples.
EXAMPLES_PER_VECTOR = 15
# What the landscape costs: each parameter of a frame of a run is used so often, the fit at a frame
# takes so many examples, and the loss surface takes every example so often.
USES_PER_FRAME, EXAMPLES_PER_FIT, PASSES_PER_SURFACE = 600, 40, 900


@dataclass(frozen=True, kw_only=True)
class CostModel:
    """Everything that determines the training time except the number of epochs.

    Layers are hidden ones, of `unit_count` units together; a sweep keeps each run at `frame_count`
    epochs at most.
    """

    optimizer: str
    activation: str
    param_count: int
    unit_count: int
    layer_count: int
    run_count: int
    frame_count: int
    example_count: int
    steps_per_epoch: int

    def seconds(self, epochs: int) -> float:
        """Seconds for the training and its landscape."""
        frames = self.run_count * min(epochs + 1, self.frame_count)
        seconds = self.training_seconds(epochs)
        seconds += SECONDS_PER_PASS * USES_PER_FRAME * self.param_count * frames
        examples = EXAMPLES_PER_FIT * frames + PASSES_PER_SURFACE * self.example_count
        return seconds + self.pass_seconds(examples)

    def training_seconds(self, epochs: int) -> float:
        """Seconds for the steps of so many epochs."""
        optimizer = OPTIMIZERS[self.optimizer].cost
        # With minibatches, each epoch also takes the train loss over the whole data set.
        extra = 1 if self.steps_per_epoch > 1 else 0
        steps = epochs * (self.steps_per_epoch + extra)
        examples = epochs * self.example_count * (1 + extra)
        examples += steps * EXAMPLES_PER_VECTOR * (2 + optimizer)
        seconds = SECONDS_PER_STEP * steps * (1 + self.layer_count + optimizer)
        return seconds + self.pass_seconds(self.run_count * examples)

    def pass_seconds(self, examples: int) -> float:
        """Seconds for so many examples to pass through one run's network, forward and back."""
        activation = ACTIVATIONS[self.activation].cost
        return SECONDS_PER_PASS * (self.param_count + activation * self.unit_count) * examples

    def most_epochs(self, epochs: int, seconds: float = SECONDS_ALLOWED) -> int:
        """The largest multiple of 10, up to `epochs`, that takes no more than `seconds`; or 0."""
        return 10 * bisect_right(range(10, epochs + 1, 10), seconds, key=self.seconds)
