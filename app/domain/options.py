"""The options that a person chooses from, one row each.

To add an optimizer, write its row here; to add a data set, an activation or a schedule, also its
function or entry, of the same name, in the module of app/engine/ that the class of the row names.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Option:
    """One entry of a menu; `label` is what the menu calls it."""

    label: str


@dataclass(frozen=True, kw_only=True)
class DatasetOption(Option):
    """A built-in data set. The function of its name in engine/datasets.py makes the examples.

    predictors  the names of its features, in order
    script      how the exported script makes `inputs` and `targets`; if the data set is noisy, the
                curve alone, as an expression of `inputs`
    imports     import lines that `script` needs besides NumPy, torch and StandardScaler
    is_noisy    whether the setting Noise applies: the function then takes it
    """

    example_count: int
    predictors: tuple[str, ...]
    script: str
    imports: tuple[str, ...] = ()
    is_noisy: bool = False


@dataclass(frozen=True, kw_only=True)
class OptimizerOption(Option):
    """An optimizer of torch.optim, which engine/optimizers.py makes.

    rule                 how it makes the direction u from the gradient g, for the page
    script               its class in torch.optim
    cost                 what it adds to a step of plain SGD: so many steps, and vectors updated
    stability_numerator  the value of learning rate x sharpness above which steps grow, as a
                         function of the momentum; None if it is not fixed
    stability_formula    the same for the page, without the adaptive optimizers'
    squares              for an adaptive optimizer, where its class keeps the running mean, or sum,
                         of squared gradients by whose root it divides each step: its sharpness is
                         taken as rescaled so. Empty if it divides by nothing, or by anything else
    has_momentum         whether the setting Momentum applies
    is_nesterov          whether torch's SGD is asked for Nesterov's momentum
    is_decoupled         whether weight decay is taken off after the step, not added to the gradient
    """

    rule: str
    script: str
    cost: int
    stability_numerator: Callable[[float], float] | None = None
    stability_formula: str = "2"
    squares: str = ""
    has_momentum: bool = False
    is_nesterov: bool = False
    is_decoupled: bool = False


@dataclass(frozen=True, kw_only=True)
class ActivationOption(Option):
    """An activation. The entry of its name in engine/activations.py computes it.

    rule          its formula, in Markdown with TeX
    output        what comes out, in words
    script        how the exported script makes it
    script_class  a class that the exported script needs for this, or nothing
    cost          what it costs per unit, in weights
    """

    rule: str
    output: str
    script: str
    cost: int
    script_class: str = ""


@dataclass(frozen=True, kw_only=True)
class ScheduleOption(Option):
    """A schedule. The function of its name in engine/schedules.py computes it.

    script      how the exported script makes `scheduler` for the `optimizer`, in terms of `steps`,
                their number in the whole training, and `warmup`; nothing if the rate is constant
    has_warmup  whether the setting Warm-up applies
    """

    script: str
    has_warmup: bool = False


DATASETS: dict[str, DatasetOption] = {
    "line": DatasetOption(
        label="Line, 10 points",
        example_count=10,
        predictors=("x",),
        script="""\
random = np.random.RandomState(0)
inputs = random.uniform(0, 5, size=(10, 1)).astype("float32")
errors = random.normal(loc=0.0, scale=0.5, size=(10, 1)).astype("float32")
targets = 0.5 * (inputs + errors) + 1
inputs, targets = torch.tensor(inputs), torch.tensor(targets)""",
    ),
    "parabola": DatasetOption(
        label="Parabola, 100 points",
        example_count=100,
        predictors=("x",),
        script="""\
inputs = torch.linspace(-1, 1, 100)[:, None]
errors = torch.rand(inputs.shape, generator=torch.Generator().manual_seed(0))
targets = inputs**2 + 0.2 * errors""",
    ),
    "plane": DatasetOption(
        label="Plane, 2 predictors",
        example_count=60,
        predictors=("x1", "x2"),
        script="""\
random = np.random.RandomState(0)
inputs = random.uniform(-1, 1, size=(60, 2))
targets = inputs @ [0.8, -0.5] + 0.3 + random.normal(scale=0.1, size=60)
inputs = torch.tensor(inputs, dtype=torch.float32)
targets = torch.tensor(targets, dtype=torch.float32)[:, None]""",
    ),
    "diabetes": DatasetOption(
        label="Diabetes, 10 predictors",
        example_count=442,
        predictors=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
        script="""\
table = np.column_stack(load_diabetes(return_X_y=True))
table = torch.tensor(StandardScaler().fit_transform(table), dtype=torch.float32)
inputs, targets = table[:, :-1], table[:, -1:]""",
        imports=("from sklearn.datasets import load_diabetes",),
    ),
    "sine": DatasetOption(
        label="Sine, 60 points",
        example_count=60,
        predictors=("x",),
        script="np.sin(np.pi * inputs)",
        is_noisy=True,
    ),
    "staircase": DatasetOption(
        label="Staircase, 60 points",
        example_count=60,
        predictors=("x",),
        script="np.floor((inputs + 1) / 2 * 4).clip(0, 3) * 2 / 3 - 1",
        is_noisy=True,
    ),
    "noisy_parabola": DatasetOption(
        label="Noisy parabola, 60 points",
        example_count=60,
        predictors=("x",),
        script="inputs**2",
        is_noisy=True,
    ),
}
# The entry of the data menu for a person's own examples, see domain/user_data.py; links have it.
USER_DATA = "own"

# The numerators are those of Cohen et al. 2021 (https://arxiv.org/abs/2103.00065, appendix B), the
# adaptive ones those of Cohen et al. 2022 (https://arxiv.org/abs/2207.14484): for the running mean
# of Adam's gradients (2 + 2b) / (1 - b), where b is 0.9 as in torch. NAdam's b grows on the way.
# The optimizers are those of Polyak 1964 (momentum), Sutskever et al. 2013 (nesterov), Hinton 2012
# (rmsprop), Duchi et al. 2011 (adagrad), Kingma & Ba 2015 (adam), Loshchilov & Hutter 2019 (adamw),
# Dozat 2016 (nadam).
OPTIMIZERS: dict[str, OptimizerOption] = {
    "sgd": OptimizerOption(
        label="SGD",
        rule="u = −g",
        script="SGD",
        cost=0,
        stability_numerator=lambda _: 2,
    ),
    "momentum": OptimizerOption(
        label="Momentum",
        rule="m ← β m + g, u = −m",
        script="SGD",
        cost=1,
        stability_numerator=lambda momentum: 2 + 2 * momentum,
        stability_formula="(2+2β)",
        has_momentum=True,
    ),
    "nesterov": OptimizerOption(
        label="Nesterov",
        rule="m ← β m + g, u = −(g + β m)",
        script="SGD",
        cost=1,
        stability_numerator=lambda momentum: (2 + 2 * momentum) / (1 + 2 * momentum),
        stability_formula="(2+2β)/(1+2β)",
        has_momentum=True,
        is_nesterov=True,
    ),
    "rmsprop": OptimizerOption(
        label="RMSprop",
        rule="v ← 0.99 v + 0.01 g², u = −g / (√v + 1e−8)",
        script="RMSprop",
        cost=2,
        stability_numerator=lambda _: 2,
        squares="square_avg",
    ),
    "adagrad": OptimizerOption(
        label="Adagrad",
        rule="v ← v + g², u = −g / (√v + 1e−10)",
        script="Adagrad",
        cost=2,
        stability_numerator=lambda _: 2,
        squares="sum",
    ),
    "adam": OptimizerOption(
        label="Adam",
        rule="m ← 0.9 m + 0.1 g, v ← 0.999 v + 0.001 g²; both corrected for their zero start: "
        "u = −m̂ / (√v̂ + 1e−8)",
        script="Adam",
        cost=2,
        stability_numerator=lambda _: (2 + 2 * 0.9) / (1 - 0.9),
        squares="exp_avg_sq",
    ),
    "adamw": OptimizerOption(
        label="AdamW",
        rule="as Adam, and then u ← u − decay × θ",
        script="AdamW",
        cost=2,
        stability_numerator=lambda _: (2 + 2 * 0.9) / (1 - 0.9),
        squares="exp_avg_sq",
        is_decoupled=True,
    ),
    "nadam": OptimizerOption(
        label="NAdam",
        rule="as Adam, with the momentum that the next step will have (Nesterov)",
        script="NAdam",
        cost=2,
        squares="exp_avg_sq",
    ),
}

ACTIVATIONS: dict[str, ActivationOption] = {
    "relu": ActivationOption(
        label="ReLU",
        rule=r"$f(z) = \max(z, 0)$",
        output="0 or more",
        script="nn.ReLU()",
        cost=3,
    ),
    "tanh": ActivationOption(
        label="tanh",
        rule=r"$f(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}$",
        output="between −1 and 1",
        script="nn.Tanh()",
        cost=20,
    ),
    "logistic": ActivationOption(
        label="logistic",
        rule=r"$f(z) = \frac{e^z}{1 + e^z}$",
        output="between 0 and 1",
        script="nn.Sigmoid()",
        cost=8,
    ),
    "linear": ActivationOption(
        label="linear",
        rule="$f(z) = z$",
        output="any number",
        script="nn.Identity()",
        cost=3,
    ),
    "threshold": ActivationOption(
        label="threshold",
        rule="$f(z) = 1$ if $z > 0$, else $0$",
        output="0 or 1",
        script="Threshold()",
        # torch's own nn.Threshold passes its input on above the threshold.
        script_class='''\
class Threshold(nn.Module):
    """1 above 0, else 0: flat on both sides, so its gradient is 0."""

    def forward(self, inputs):
        return inputs.sign().relu()''',
        cost=3,
    ),
}

SCHEDULES: dict[str, ScheduleOption] = {
    "constant": ScheduleOption(label="constant", script=""),
    "step": ScheduleOption(
        label="step",
        script="scheduler = lr_scheduler.StepLR(optimizer, step_size=steps // 3, gamma=0.1)",
    ),
    "exponential": ScheduleOption(
        label="exponential",
        script="scheduler = lr_scheduler.ExponentialLR(optimizer, gamma=0.01 ** (1 / steps))",
    ),
    "cosine": ScheduleOption(
        label="cosine",
        script="scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)",
    ),
    "warmup_cosine": ScheduleOption(
        label="warm-up + cosine",
        script="""\
rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / 3, total_iters=warmup)
fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps - warmup)
scheduler = lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[warmup])""",
        has_warmup=True,
    ),
    "one_cycle": ScheduleOption(
        label="one-cycle",
        script="""\
scheduler = lr_scheduler.OneCycleLR(
    optimizer, max_lr=learning_rate, total_steps=steps, cycle_momentum=False
)""",
    ),
}
