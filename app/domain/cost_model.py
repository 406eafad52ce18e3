"""How long a training takes, estimated before it starts.

The estimate has two terms: what each step costs whatever its size, and the passes, a pass being one
example that meets one weight of one run, forward and back. It alone decides what is allowed, and it
is the same on every machine and at any time, so a link that opens once opens always and everywhere.
`app/engine/deadline.py` only ends what has run away.
"""

from bisect import bisect_right
from functools import partial

from app.domain.errors import InvalidSetting
from app.domain.fields import NUMBERS
from app.domain.options import ACTIVATIONS, OPTIMIZERS
from app.domain.settings import Settings

# Half a second less than a unit of work may take, see docs/performance.md.
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


def estimated_seconds(settings: Settings, epochs: int | None = None) -> float:
    """Seconds for the sweep of `settings`, or for one of so many epochs, and its landscape; twice
    that where the seed's own sweep is trained first, for a start on its plane."""
    epochs = settings.epochs if epochs is None else epochs
    frames = len(settings.learning_rates()) * min(epochs + 1, settings.frame_count)
    seconds = training_seconds(settings, epochs)
    seconds += SECONDS_PER_PASS * USES_PER_FRAME * settings.param_count * frames
    examples = EXAMPLES_PER_FIT * frames + PASSES_PER_SURFACE * settings.example_count
    if settings.has_classes:
        # The accuracy is a third of a pass: forward only.
        examples += frames * settings.data.example_count // 3
    seconds += pass_seconds(settings, examples)
    return 2 * seconds if settings.starts_on_plane else seconds


def training_seconds(settings: Settings, epochs: int) -> float:
    """Seconds for the steps of so many epochs."""
    optimizer = OPTIMIZERS[settings.optimizer].cost
    layers = settings.hidden_layers if settings.hidden_units else 0
    # With minibatches, each epoch also takes the train loss over the whole data set.
    extra = 1 if settings.steps_per_epoch > 1 else 0
    steps = epochs * (settings.steps_per_epoch + extra)
    examples = epochs * settings.example_count * (1 + extra)
    examples += steps * EXAMPLES_PER_VECTOR * (2 + optimizer)
    seconds = SECONDS_PER_STEP * steps * (1 + layers + optimizer)
    return seconds + pass_seconds(settings, len(settings.learning_rates()) * examples)


def pass_seconds(settings: Settings, examples: int) -> float:
    """Seconds for so many examples to pass through one run's network, forward and back."""
    units = ACTIVATIONS[settings.activation].cost * settings.hidden_units * settings.hidden_layers
    weights = settings.param_count + units + settings.loss_option.cost
    return SECONDS_PER_PASS * weights * examples


def most_epochs(settings: Settings) -> int:
    """The largest multiple of 10, up to its epochs, that is allowed; or 0."""
    tens = range(10, settings.epochs + 1, 10)
    estimate = partial(estimated_seconds, settings)
    return 10 * bisect_right(tens, SECONDS_ALLOWED, key=estimate)


def check_work(settings: Settings) -> None:
    """Raises InvalidSetting for a training that is estimated to take over SECONDS_ALLOWED."""
    if estimated_seconds(settings) > SECONDS_ALLOWED:
        limit = most_epochs(settings)
        instead = limit if limit >= NUMBERS["epochs"].low else None
        raise InvalidSetting(epoch_limit(settings, limit), "epochs", instead)


def epoch_limit(settings: Settings, limit: int) -> str:
    """A sentence with the largest number of epochs that fits; a limit of 0 says that none does."""
    size = [f"{settings.hidden_units} hidden units"] if settings.hidden_units else []
    if size and settings.hidden_layers > 1:
        size = [f"{settings.hidden_layers} layers of {size[0]}"]
    steps = [f"{settings.steps_per_epoch} steps an epoch"] if settings.steps_per_epoch > 1 else []
    by_hand = ["a start set by hand"] if settings.starts_on_plane else []
    if limit >= NUMBERS["epochs"].low:
        return _with(size + steps + by_hand, f"the limit is {limit} epochs.")
    return _with(steps + by_hand, "this network is too large to train here.")


def _with(parts: list[str], clause: str) -> str:
    joined = " and ".join([", ".join(parts[:-1]), *parts[-1:]] if len(parts) > 1 else parts)
    return f"With {joined} {clause}" if parts else clause[0].upper() + clause[1:]
