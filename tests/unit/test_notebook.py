"""The notebook: the script's parts as cells, with the settings in words and the loss curve."""

import json
import re
import sys
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import pytest
from hypothesis import given

from app.domain.data_options import DATASETS
from app.domain.fields import NAMES
from app.domain.settings import Settings
from app.exports.script import notebook, script
from tests.readers import settings_of
from tests.unit.test_export import LONG, SHORT, cells, name_of, ran
from tests.unit.test_settings import valid


@pytest.mark.parametrize("one", SHORT[::9] + LONG[:1], ids=name_of)
def test_a_notebooks_cells_train_alike(one: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    made, alone = ran("\n".join(cells(one))), ran(script(one))
    assert made.losses("train").tolist() == alone.losses("train").tolist()
    assert made.text == alone.text + "The curve needs matplotlib: pip install matplotlib\n"


@pytest.mark.parametrize("fraction", [0, 0.3])
def test_a_notebook_draws_the_loss_curves(fraction: float, monkeypatch: pytest.MonkeyPatch) -> None:
    pyplot = MagicMock()
    monkeypatch.setitem(sys.modules, "matplotlib", SimpleNamespace(pyplot=pyplot))
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
    made = ran("\n".join(cells(Settings(epochs=20, validation_fraction=fraction))))
    drawn = {call.kwargs["label"]: call.args[0] for call in pyplot.plot.call_args_list}
    expected = {"train loss": made.names["train_losses"]}
    if fraction:
        expected["validation loss"] = made.names["validation_losses"]
    assert drawn == expected and pyplot.show.call_count == 1


@given(valid)
def test_a_notebook_is_one_of_version_4_5_and_begins_with_the_settings_in_words(
    one: Settings,
) -> None:
    """By hand, what the schema of nbformat 4.5 asks of cells without outputs."""
    whole = json.loads(notebook(one, np.zeros(one.param_count, "float32")))
    assert set(whole) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    assert set(whole["metadata"]["kernelspec"]) >= {"name", "display_name"}
    assert whole["metadata"]["language_info"]["name"] == "python"
    for cell in whole["cells"]:
        assert re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", cell["id"])
        known = {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            known |= {"execution_count", "outputs"}
            assert cell["execution_count"] is None and cell["outputs"] == []
        assert set(cell) == known and cell["metadata"] == {}
        assert all(isinstance(line, str) for line in cell["source"])
    title = "".join(whole["cells"][0]["source"])
    address = re.search(r"`\?(.+)`", title)
    assert address and settings_of(address[1]) == one
    said = dict(re.findall(r"^- (.+?): (.+)$", title, re.MULTILINE))
    assert said["Data"] == DATASETS[one.dataset].label
    assert said["Optimizer"] == NAMES["optimizer"].options[one.optimizer]
    assert ("Activation" in said) == ("Hidden layers" in said) == (not one.is_linear)
    assert said.get("Start", "") == one.start
    assert ("Noise" in said) == DATASETS[one.dataset].is_noisy
    assert ("Momentum" in said) == (one.optimizer in ("momentum", "nesterov"))
    assert ("Warm-up" in said) == (one.schedule == "warmup_cosine")
