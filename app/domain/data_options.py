"""The built-in data sets, one row each. To add one, write its row here and its function, of the
same name, in the module of app/engine/ that the class of the row names."""

from dataclasses import dataclass

from app.domain.options import Option


@dataclass(frozen=True, kw_only=True)
class DatasetOption(Option):
    """A built-in data set. The function of its name in engine/datasets.py makes the examples, that
    of one with classes in engine/two_classes.py.

    predictors  the names of its features, in order
    script      how the exported script makes `inputs` and `targets`; if the data set is noisy, the
                curve alone, as an expression of `inputs`. With classes, all of it, as arrays of
                NumPy, in terms of `noise` if it is noisy
    imports     import lines that `script` needs besides NumPy, torch and StandardScaler
    is_noisy    whether the setting Noise applies: the function then takes it
    classes     what the targets 0 and 1 are called; None where the target is a number
    """

    example_count: int
    predictors: tuple[str, ...]
    script: str
    imports: tuple[str, ...] = ()
    is_noisy: bool = False
    classes: tuple[str, str] | None = None

    @property
    def has_two_predictors(self) -> bool:
        """The setting Features applies."""
        return len(self.predictors) == 2


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
    "circles": DatasetOption(
        label="Circles, 200 points",
        example_count=200,
        predictors=("x1", "x2"),
        classes=("outside", "inside"),
        is_noisy=True,
        script="""\
random = np.random.RandomState(0)
radii = 5 * np.append(random.uniform(0.7, 1, 100), random.uniform(0, 0.5, 100))
angles = random.uniform(0, 2 * np.pi, 200)
inputs = radii[:, None] * np.column_stack([np.sin(angles), np.cos(angles)])
inputs += 5 * noise * random.uniform(-1, 1, inputs.shape)
targets = np.repeat([0, 1], 100)""",
    ),
    "xor": DatasetOption(
        label="XOR, 200 points",
        example_count=200,
        predictors=("x1", "x2"),
        classes=("different signs", "same sign"),
        is_noisy=True,
        script="""\
random = np.random.RandomState(0)
inputs = 5 * random.uniform(-1, 1, (200, 2))
inputs += 0.3 * np.sign(inputs)
targets = inputs.prod(axis=1) > 0
inputs += 5 * noise * random.uniform(-1, 1, inputs.shape)""",
    ),
    "two_clouds": DatasetOption(
        label="Two clouds, 200 points",
        example_count=200,
        predictors=("x1", "x2"),
        classes=("lower left", "upper right"),
        is_noisy=True,
        script="""\
random = np.random.RandomState(0)
inputs = np.sqrt(0.5 + 7 * noise) * random.normal(size=(200, 2))
inputs += np.repeat([-2, 2], 100)[:, None]
targets = np.repeat([0, 1], 100)""",
    ),
    "spiral": DatasetOption(
        label="Spiral, 200 points",
        example_count=200,
        predictors=("x1", "x2"),
        classes=("one arm", "other arm"),
        is_noisy=True,
        script="""\
random = np.random.RandomState(0)
along = np.tile(np.arange(100) / 100, 2)
angles = 2 * np.pi * 1.75 * along + np.repeat([0, np.pi], 100)
inputs = 5 * along[:, None] * np.column_stack([np.sin(angles), np.cos(angles)])
inputs += noise * random.uniform(-1, 1, inputs.shape)
targets = np.repeat([0, 1], 100)""",
    ),
    "breast_cancer": DatasetOption(
        label="Breast cancer, 10 predictors",
        example_count=569,
        predictors=(
            *("radius", "texture", "perimeter", "area", "smoothness"),
            *("compactness", "concavity", "concave points", "symmetry", "fractal dimension"),
        ),
        classes=("malignant", "benign"),
        script="""\
inputs, targets = load_breast_cancer(return_X_y=True)
inputs = StandardScaler().fit_transform(inputs[:, :10])""",
        imports=("from sklearn.datasets import load_breast_cancer",),
    ),
    "iris_two": DatasetOption(
        label="Iris, 2 species",
        example_count=100,
        predictors=("petal length", "petal width"),
        classes=("versicolor", "virginica"),
        script="""\
inputs, targets = load_iris(return_X_y=True)
inputs = StandardScaler().fit_transform(inputs[50:, 2:])
targets = targets[50:] == 2""",
        imports=("from sklearn.datasets import load_iris",),
    ),
}
# The entry of the data menu for a person's own examples, see domain/user_data.py; links have it.
USER_DATA = "own"
