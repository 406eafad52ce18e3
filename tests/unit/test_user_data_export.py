"""Script and notebook of user data, run beside the exported data.csv."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.csv_reader import read_table
from app.domain.settings import Settings
from app.domain.user_data import UserData, choose, label_of
from app.exports.script import notebook, script
from app.trainers.experiment_cache import ExperimentCache
from callbacks.sharing import exported
from tests.engine.test_user_data_engine import EXAMPLES, TOKEN, example, user_data_of
from tests.unit.test_export import Ran, cells, check_losses, check_style, name_of, ran

RANDOM = np.random.RandomState(5)
TABLE = RANDOM.normal(size=(23, 4)) * [1, 2, 3, 0.5] + [0, 1, 0, 1]
LARGE = TABLE * [100, 1e-4, 1e6, 1e3] + [1e5, 0, 0, 7]
LONG = RANDOM.normal(size=(900, 2))


def settings_of(user_data: UserData, **chosen: Any) -> Settings:
    return Settings(**(dict(dataset="own", user_data=user_data, epochs=30) | chosen))


WAYS = [
    {}, dict(hidden_units=5), dict(batch_size=7), dict(validation_fraction=0.3),
    dict(hidden_units=4, batch_size=6, validation_fraction=0.25, activation="tanh", seed=3),
    dict(optimizer="adam", schedule="cosine", batch_size=5),
]  # fmt: skip
ROWS = [(x % 5, x % 3, x % 4 < 2) for x in range(20)]
WORDS, NUMBERS = (
    choose(
        read_table("\n".join(["a,b,c", *(f"{x},{y},{names[z]}" for x, y, z in ROWS)]).encode()),
        TOKEN, "classes", "c", predictors, standardize=True,
    )
    for names, predictors in ((("sick", "well"), ["a", "b"]), (("3", "7"), ["a"]))
)  # fmt: skip
TABLES = [user_data_of(TABLE[:, :2]), user_data_of(TABLE), user_data_of(LARGE, True)]
CHOSEN = [
    *(settings_of(TABLES[2], **chosen) for chosen in WAYS),
    *(settings_of(user_data, **chosen) for user_data in TABLES[:2] for chosen in WAYS[:2]),
    settings_of(user_data_of(LONG, True), hidden_units=3, batch_size=100, validation_fraction=0.5),
    settings_of(example("wine", ["proline", "flavanoids"], "alcohol", True)),
    settings_of(example("exercise", ["chins"], "jumps", True), learning_rate=0.1),
    settings_of(example("wine", ["flavanoids"], "alcohol"), learning_rate=0.05),
    *(
        settings_of(classes, loss=loss, validation_fraction=0.25, **chosen)
        for loss in ("cross_entropy", "squared_error")
        for classes, chosen in ((WORDS, dict(features="squares,product")), (NUMBERS, {}))
    ),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put_data(folder: Path, one: Settings) -> None:
    """Writes the data.csv that the page exports."""
    file = exported(ExperimentCache(), {"kind": "data"}, one)
    (folder / file["filename"]).write_text(file["content"], encoding="utf-8")


@pytest.mark.parametrize("one", CHOSEN, ids=range(len(CHOSEN)))
def test_script_trains_on_user_data_as_the_engine(one: Settings, folder: Path) -> None:
    put_data(folder, one)
    made = ran(script(one))
    check_losses(one, made)
    if one.is_line:
        assert made.text.splitlines()[-1].startswith("weight ")


@pytest.mark.parametrize("one", CHOSEN[::5], ids=name_of)
def test_notebook_trains_on_user_data_as_the_script(
    one: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    put_data(folder, one)
    made = ran("\n".join(cells(one)))
    assert made.losses("train").tolist() == ran(script(one)).losses("train").tolist()
    check_losses(one, made)


def test_script_and_notebook_name_the_file_without_its_numbers() -> None:
    user_data = choose(read_table((EXAMPLES / "exercise.csv").read_bytes()), TOKEN, "our class")
    one = settings_of(user_data)
    for text in (script(one), notebook(one)):
        assert "our class" in text and "data.csv" in text and "dataset=own" in text
        assert TOKEN not in text and not any(f"{value:g}" in text for value in (189.0, 162.0))
    assert "StandardScaler" not in script(one)
    assert "StandardScaler" in script(settings_of(user_data_of(TABLE, True)))


@pytest.mark.parametrize("label", ['"""', "a\\", "#", "'; import os", "{x}", "a\n1/0", "ü" * 60])
def test_script_runs_with_any_label(label: str, folder: Path) -> None:
    user_data = choose(read_table(b"x,y\n1,2\n2,3\n3,5\n4,4\n"), TOKEN, label_of(f"{label}.csv"))
    one = settings_of(user_data)
    put_data(folder, one)
    check_losses(one, ran(script(one)))
    assert cells(one)


def test_exported_names_are_as_written_but_no_formulas(folder: Path) -> None:
    names = ["-log10(p)", "cost $ per $ unit", "=SUM(A1)", "@x", "H<sub>2</sub>O & x<y"]
    rows = "1,2,3,4,5\n2,1,4,3,6\n3,5,1,2,9\n"
    table = read_table(f"{','.join(names)}\n{rows}".encode())
    one = settings_of(choose(table, TOKEN, predictors=names[:-1]))
    put_data(folder, one)
    head = (folder / "data.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert head == [*names[:2], " =SUM(A1)", " @x", names[-1]]
    check_losses(one, ran(script(one)))


def test_a_notebooks_title_is_the_label_and_no_markup() -> None:
    user_data = choose(read_table(b"x,y\n1,2\n2,3\n3,5\n"), TOKEN, label_of("a_b_ $c$ <i>.csv"))
    title = json.loads(notebook(settings_of(user_data)))["cells"][0]["source"]
    assert "".join(title).startswith(r"# a\_b\_ \$c\$ \<i\>: SGD")


HEADERS = ["Größe,Á Č ğ", '"#, a",# b', '"x ""y""",z', "日本,語"]
# One Python runs all scripts, each in its own folder: most of its time it imports torch.
EACH = """
import os, runpy, sys
for folder in sys.argv[1:]:
    os.chdir(folder)
    print("script", flush=True)
    runpy.run_path("descent.py", run_name="__main__")
"""


@pytest.mark.slow
def test_any_header_can_be_read_by_the_script_under_any_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without UTF-8 mode, Python's default file encoding depends on the locale."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    environment = plain | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    made: dict[Path, Settings] = {}
    for number, names in enumerate(HEADERS):
        folder = tmp_path / str(number)
        folder.mkdir()
        user_data = choose(read_table(f"{names}\n1,2\n2,3\n3,5\n4,4\n".encode()), TOKEN)
        one = made[folder] = settings_of(user_data)
        put_data(folder, one)
        (folder / "descent.py").write_text(script(one), encoding="utf-8")
    command = [sys.executable, "-c", EACH, *map(str, made)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-600:]
    printed = done.stdout.split("script\n")[1:]
    for (folder, one), text in zip(made.items(), printed, strict=True):
        monkeypatch.chdir(folder)
        check_losses(one, Ran(ran(script(one)).names, text))


def test_scripts_on_user_data_are_in_style(tmp_path: Path) -> None:
    for number, one in enumerate(CHOSEN):
        (tmp_path / f"script_{number}.py").write_text(script(one), encoding="utf-8")
    check_style(["check", "--select=E,F,I,B,UP,SIM"], tmp_path)
    check_style(["format", "--check"], tmp_path)
