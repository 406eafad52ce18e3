"""The functions behind the callbacks, called directly: answers, errors and payloads."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidSetting
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks.answers import FAILED, answer
from callbacks.inspection import inspect_payload
from callbacks.training import train_payload
from components import ids
from tests.oracles import experiment, name_of, same, with_rate
from tests.readers import decode
from tests.unit.test_settings import json_values

QUICK = Settings(epochs=30)
QUICK_NETWORK = Settings(dataset="parabola", hidden_units=2, epochs=30, learning_rate=0.07)
BAD = [
    ({"seed": 100}, "Seed must be a whole number from 0 to 99. Got 100."),
    ({"seed": True}, "Seed must be a whole number from 0 to 99. Got True."),
    ({"epochs": 9}, "Epochs must be a whole number from 10 to 5000. Got 9."),
    ({"learning_rate": "0.1"}, "Learning rate must be a number from 0.000001 to 10. Got '0.1'."),
    ({"learning_rate": float("nan")}, "Got nan."),
    (
        {"hidden_units": 64, "epochs": 5000, "dataset": "parabola"},
        "With 64 hidden units the limit is ",
    ),
    ({"momentun": 0.9}, "There is no setting named 'momentun'."),
    (None, "must be an object"),
]


@pytest.fixture(scope="module")
def experiment_cache() -> ExperimentCache:
    return ExperimentCache()


class TestAnswer:
    @pytest.mark.parametrize(("values", "sentence"), BAD)
    def test_refused_settings_get_the_ticket_and_a_sentence(
        self, values: object, sentence: str
    ) -> None:
        result = answer({"ticket": 7, "settings": values}, never, TtlCache(8))
        assert result["ticket"] == 7 and sentence in result["error"] and "payload" not in result

    @given(json_values)
    def test_no_json_as_request_raises(self, request: object) -> None:
        result = answer(request, lambda settings, plane: {}, TtlCache(8))
        assert set(result) in ({"ticket", "error", "field"}, {"ticket", "payload"})

    @given(st.fixed_dictionaries({"settings": json_values, "ticket": json_values}))
    def test_no_json_as_settings_or_ticket_raises(self, request: dict) -> None:
        result = answer(request, lambda settings, plane: {}, TtlCache(8))
        assert "ticket" in result and ("payload" in result or result["error"].endswith("."))

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"batch_size": 11}, "batch_size"),
            ({"optimizer": "adam", "momentum": 0.5}, "momentum"),
            ({"schedule": "warmup_cosine", "epochs": 20}, "warmup_epochs"),
            ({"noise": 0.2}, "noise"),
            ({"optimizer": "lion"}, "optimizer"),
            ({"seed": -1}, "seed"),
        ],
    )
    def test_a_refusal_names_the_setting(self, values: dict, field: str) -> None:
        assert answer({"settings": values}, never, TtlCache(8))["field"] == field

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
        with caplog.at_level(logging.ERROR):
            result = answer(
                {"ticket": 1, "settings": {}}, lambda settings, plane: 1 / 0, TtlCache(8)
            )
        assert result == {"ticket": 1, "error": FAILED, "field": None}
        assert "ZeroDivisionError" in caplog.text


def never(settings: Settings, plane: PlaneChoice) -> dict:
    raise AssertionError(f"trained {settings} on {plane}")


class TestPayloads:
    @pytest.mark.parametrize("settings", [QUICK, QUICK_NETWORK], ids=name_of)
    def test_train_answers_with_the_sweep_and_every_views_figure(
        self, experiment_cache: ExperimentCache, settings: Settings
    ) -> None:
        payload = train_payload(experiment_cache, settings)
        assert payload["settings"]["learning_rate"] == settings.learning_rate
        assert same(decode(payload["train_loss"]), experiment(settings).sweep.train_loss)
        assert set(payload["views"]) == set(ids.VIEWS)

    def test_a_cached_sweep_selects_the_requested_rate(self) -> None:
        experiment_cache = ExperimentCache()
        for rate in (0.2, 0.05, 0.2):
            payload = train_payload(experiment_cache, with_rate(QUICK, rate))
            assert payload["settings"]["learning_rate"] == rate

    @pytest.mark.parametrize("settings", [QUICK, QUICK_NETWORK], ids=name_of)
    def test_inspect_answers_with_every_epoch_of_the_selected_run(
        self, experiment_cache: ExperimentCache, settings: Settings
    ) -> None:
        payload = inspect_payload(experiment_cache, settings, 4)
        assert payload["run"] == settings.run_index
        expected = experiment(settings).sweep.train_loss[settings.run_index]
        assert same(decode(payload["train_loss"]), expected)

    @pytest.mark.parametrize("epoch", [-1, 31, 2.5, True, "3", None, [4], float("nan"), 10**400])
    def test_an_epoch_outside_the_training_is_refused(
        self, experiment_cache: ExperimentCache, epoch: object
    ) -> None:
        with pytest.raises(InvalidSetting, match="Epoch must be a whole number from 0 to 30"):
            inspect_payload(experiment_cache, QUICK, epoch)
