"""The options that a person chooses from, one row each; the data sets are in data_options.py.

To add an optimizer, write its row here; to add an activation, a schedule or a loss, also its
function or entry, of the same name, in the module of app/engine/ that the class of the row names.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Option:
    """One entry of a menu; `label` is what the menu calls it."""

    label: str


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


@dataclass(frozen=True, kw_only=True)
class LossOption(Option):
    """What training makes small. The entry of its name in engine/losses.py computes it.

    title    its full name
    rule     its formula for one example, in Markdown with TeX
    unit     in which it is counted; nothing for the square of the target's unit
    boundary the output above which class 1 is predicted, where there are classes
    cost     what it costs per example, in weights
    script   how the exported script makes it
    note     what it is for, as the menu's help has it
    """

    title: str
    rule: str
    unit: str
    boundary: float
    cost: int
    script: str
    note: str


@dataclass(frozen=True, kw_only=True)
class FeaturesOption(Option):
    """What a model gets of two predictors besides themselves: `products` are pairs of them."""

    products: tuple[tuple[int, int], ...] = ()


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

LOSSES: dict[str, LossOption] = {
    "squared_error": LossOption(
        label="squared error",
        title="mean squared error",
        rule="$L = (z - y)^2$",
        unit="",
        boundary=0.5,
        cost=0,
        script="nn.MSELoss()",
        note="for numbers",
    ),
    "cross_entropy": LossOption(
        label="cross-entropy",
        title="cross-entropy",
        rule=r"$L = -y \ln p - (1 - y) \ln(1 - p)$ with $p = \frac{1}{1 + e^{-z}}$",
        unit="nats",
        boundary=0,
        cost=20,
        script="nn.BCEWithLogitsLoss()",
        note="for two classes; the model's output is the probability of one of them",
    ),
}

_SQUARES, _PRODUCT = ((0, 0), (1, 1)), ((0, 1),)
FEATURES: dict[str, FeaturesOption] = {
    "none": FeaturesOption(label="as they are"),
    "squares": FeaturesOption(label="with squares", products=_SQUARES),
    "product": FeaturesOption(label="with product", products=_PRODUCT),
    "squares,product": FeaturesOption(label="with both", products=_SQUARES + _PRODUCT),
}
