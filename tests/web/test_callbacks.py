"""The functions behind the callbacks, called directly: answers, errors and payloads."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidSetting
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.domain.views import VIEWS
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks.answers import FAILED, answer
from callbacks.inspection import inspect_payload
from callbacks.training import train_payload
from tests.oracles import experiment, name_of, same, with_rate
from tests.readers import decode
from tests.unit.test_settings import json_values

QUICK = Settings(epochs=30)
QUICK_NETWORK = Settings(dataset="parabola", hidden_units=2, epochs=30, learning_rate=0.07)
BAD = [
    ({"seed": 100}, "seed", "Seed must be a whole number from 0 to 99. Got 100."),
    ({"learning_rate": float("nan")}, "learning_rate", "Got nan."),
    ({"hidden_units": 64, "epochs": 5000, "dataset": "parabola"}, "epochs", "the limit is "),
    ({"momentun": 0.9}, None, "There is no setting named 'momentun'."),
    (None, None, "must be an object"),
    ({"batch_size": 11}, "batch_size", ""),
    ({"optimizer": "adam", "momentum": 0.5}, "momentum", ""),
    ({"schedule": "warmup_cosine", "epochs": 20}, "warmup_epochs", ""),
    ({"noise": 0.2}, "noise", ""),
    ({"optimizer": "lion"}, "optimizer", ""),
]


@pytest.fixture(scope="module")
def cache() -> ExperimentCache:
    return ExperimentCache()


def never(settings: Settings, plane: PlaneChoice) -> dict:
    raise AssertionError(f"trained {settings} on {plane}")


class TestAnswer:
    @pytest.mark.parametrize(("values", "field", "sentence"), BAD)
    def test_refused_settings_get_the_ticket_the_field_and_a_sentence(
        self, values: object, field: str | None, sentence: str
    ) -> None:
        result = answer({"ticket": 7, "settings": values}, never, TtlCache(8))
        assert sentence in result.pop("error")
        instead = result.pop("instead", None)
        assert result == {"ticket": 7, "field": field}
        assert (instead is not None) == (sentence == "the limit is ")
        if isinstance(values, dict) and instead is not None:
            trained: list[Settings] = []
            request = {"settings": values | {field: instead}}
            answer(request, lambda settings, plane: trained.append(settings) or {}, TtlCache(8))
            assert trained == [Settings(**values | {field: instead})]

    @given(json_values | st.fixed_dictionaries({"settings": json_values, "ticket": json_values}))
    def test_no_json_as_request_raises(self, request: object) -> None:
        result = answer(request, lambda settings, plane: {}, TtlCache(8))
        assert set(result) - {"instead"} in ({"ticket", "error", "field"}, {"ticket", "payload"})
        assert "payload" in result or result["error"].endswith(".")

    @pytest.mark.parametrize(
        "plane", ["anchored", {"kind": "flat"}, {"kind": "parameters", "first": 99}, {"to": 1}]
    )
    def test_an_unknown_plane_is_refused(self, plane: object) -> None:
        request = {"ticket": 1, "settings": {"dataset": "parabola"}, "plane": plane}
        result = answer(request, never, TtlCache(8))
        assert result["error"].endswith(".") and result["ticket"] == 1

    def test_an_unexpected_error_is_logged_and_not_shown(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        request = {"ticket": 1, "settings": {}}
        with caplog.at_level(logging.ERROR):
            result = answer(request, lambda settings, plane: 1 / 0, TtlCache(8))
        assert result == {"ticket": 1, "error": FAILED, "field": None}
        assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("settings", [QUICK, QUICK_NETWORK], ids=name_of)
def test_payloads_are_the_sweep_and_the_selected_run(
    cache: ExperimentCache, settings: Settings
) -> None:
    # The cached sweep may have been trained for another rate.
    for chosen in (with_rate(settings, 0.2), settings):
        payload, sweep = train_payload(cache, chosen), experiment(chosen).sweep
        assert payload["settings"]["learning_rate"] == chosen.learning_rate
        assert same(decode(payload["train_loss"]), sweep.train_loss)
        assert set(payload["views"]) == {name for name, view in VIEWS.items() if view.is_plotted}
    run = inspect_payload(cache, settings, 4)
    assert run["run"] == settings.run_index
    assert same(decode(run["train_loss"]), sweep.train_loss[settings.run_index])


@pytest.mark.parametrize("epoch", [-1, 31, 2.5, True, "3", None, [4], float("nan"), 10**400])
def test_an_epoch_outside_the_training_is_refused(cache: ExperimentCache, epoch: object) -> None:
    with pytest.raises(InvalidSetting, match="Epoch must be a whole number from 0 to 30"):
        inspect_payload(cache, QUICK, epoch)
