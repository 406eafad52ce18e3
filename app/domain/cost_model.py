"""How long a unit of work takes, known before it begins: a training with its landscape.

Never exact. Of random settings, on two cores that others kept busy, half took more than 1.01 of it
and one in twenty more than 1.32 (`make work` measures the largest again).
"""

from __future__ import annotations

from dataclasses import dataclass

# So much is allowed, that what takes a third more still ends within 2 s.
SECONDS_ALLOWED = 1.5

# A step of all runs: what any takes, each further hidden layer and the optimizer.
SECONDS_PER_LINEAR_STEP = 45e-6
SECONDS_PER_STEP = 95e-6
SECONDS_PER_LAYER = 95e-6
SECONDS_PER_UPDATE = {"sgd": 0.0, "momentum": 55e-6, "nesterov": 55e-6, "nadam": 190e-6}
SECONDS_PER_ADAPTIVE_UPDATE = 140e-6
# In it, each parameter of each run, and what each example adds: for each parameter that it meets,
# and for each unit that it passes, by its activation.
SECONDS_PER_PARAM, SECONDS_PER_ADAPTIVE_PARAM = 3.5e-9, 6.5e-9
SECONDS_PER_PRODUCT = 0.085e-9
SECONDS_PER_ACTIVATION = {"tanh": 3.6e-9, "logistic": 2e-9}
SECONDS_PER_SIMPLE_ACTIVATION = 0.8e-9
# Where a layer of all runs has more activations than a processor keeps near, each takes more.
NEAR_ACTIVATIONS, SECONDS_PER_FAR_ACTIVATION = 500_000, 0.4e-9
# What a minibatch takes besides, and each unit of a run in it, as its examples are few.
SECONDS_PER_BATCH, SECONDS_PER_SMALL_UNIT = 15e-6, 13e-9
# Once: keeping a number, laying out a parameter at a frame of a run, and finding among many of them
# the strongest motion; the sharpness at one epoch, for each example (and some more) and parameter.
SECONDS_PER_KEPT = 7e-9
SECONDS_PER_PLACED, SECONDS_PER_COMPARED = 42e-9, 11e-9
SECONDS_PER_CURVED, EXAMPLES_BESIDES = 45e-9, 45
# Where a loss or a fit is looked up: for each parameter of a point, for each example there, and in
# it for each parameter. An activation takes as much as there and back: its memory is not at hand.
SECONDS_PER_POINT_PARAM = 3e-9
SECONDS_PER_LOOK, SECONDS_PER_LOOKED_PARAM = 2e-9, 0.035e-9
SECONDS_BESIDES = 5e-3
# Sizes of what the engine makes, which is built on this module.
GRID_POINTS, FIT_SAMPLES, RANGE_TEST_STEPS, DENSE_PARAMS = 51 * 51, 41, 200, 150
MOST_HISTORY = 4_000_000


@dataclass(frozen=True, kw_only=True)
class CostModel:
    """What decides how long a training takes. Layers are hidden ones, of `units` units each;
    `held_back` are examples that only measure; `parts` are the vectors kept of a moment."""

    params: int
    units: int
    layers: int
    activation: str
    optimizer: str
    parts: int
    runs: int
    frames: int
    examples: int
    held_back: int
    batch_size: int
    steps_per_epoch: int

    def seconds(self, epochs: int) -> float:
        """All of it."""
        seconds = epochs * self._epoch() + self._kept(epochs) + self._looks(epochs)
        if self.steps_per_epoch > 1:
            seconds += RANGE_TEST_STEPS * self._step(1, self.batch_size)
        return SECONDS_BESIDES + seconds

    def _epoch(self) -> float:
        if self.steps_per_epoch == 1:
            return self._step(self.runs, self.examples)
        # With minibatches, each epoch also measures its train loss over the whole data set.
        each = self._step(self.runs, 0) + SECONDS_PER_BATCH
        each += SECONDS_PER_SMALL_UNIT * self.runs * self.units
        return (self.steps_per_epoch + 1) * each + 2 * self._passes(self.runs * self.examples)

    def _step(self, runs: int, examples: int) -> float:
        """One update of so many runs from the gradient of so many examples."""
        hidden = SECONDS_PER_STEP + (self.layers - 1) * SECONDS_PER_LAYER
        step = hidden if self.units else SECONDS_PER_LINEAR_STEP
        step += SECONDS_PER_UPDATE.get(self.optimizer, SECONDS_PER_ADAPTIVE_UPDATE)
        per_param = SECONDS_PER_ADAPTIVE_PARAM if self.parts == 4 else SECONDS_PER_PARAM
        step += per_param * runs * self.params
        if runs * examples * self.units > NEAR_ACTIVATIONS:
            step += SECONDS_PER_FAR_ACTIVATION * runs * examples * self.units * self.layers
        return step + self._passes(runs * examples)

    def _passes(self, passes: int) -> float:
        """So many examples, there and back through a network."""
        return passes * (SECONDS_PER_PRODUCT * self.params + self._activations)

    def _kept(self, epochs: int) -> float:
        """What is made of the params themselves."""
        each = self.runs * self.params
        placed, history = min(epochs + 1, self.frames) * each, (epochs + 1) * each * self.parts
        seconds = SECONDS_PER_KEPT * (placed * self.parts + min(history, MOST_HISTORY))
        seconds += SECONDS_PER_PLACED * placed
        if self.units and self.params > DENSE_PARAMS:
            seconds += SECONDS_PER_COMPARED * placed
        if self.units and (self.layers > 1 or self.params > DENSE_PARAMS):
            seconds += SECONDS_PER_CURVED * self.params * (self.examples + EXAMPLES_BESIDES)
        return seconds

    def _looks(self, epochs: int) -> float:
        """The surface, and at each frame of each run the fit and the loss of what is held back."""
        shown = min(epochs + 1, self.frames) * self.runs
        fits = self.look_seconds(shown, FIT_SAMPLES + self.held_back)
        return self.look_seconds(GRID_POINTS, self.examples) + fits

    def look_seconds(self, points: int, examples: int) -> float:
        """The predictions of so many networks, for so many examples each."""
        each = SECONDS_PER_LOOK + SECONDS_PER_LOOKED_PARAM * self.params + self._activations
        return points * (SECONDS_PER_POINT_PARAM * self.params + examples * each)

    @property
    def _activations(self) -> float:
        """Of one example's units."""
        each = SECONDS_PER_ACTIVATION.get(self.activation, SECONDS_PER_SIMPLE_ACTIVATION)
        return each * self.units * self.layers
