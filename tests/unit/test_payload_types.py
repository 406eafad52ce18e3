"""The payloads have the form that the type check of the page's scripts takes for granted."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from app.domain.settings import Settings
from app.engine import inspect_run
from app.exports import schema
from app.exports.block import pack
from app.exports.payload import detail_payload, map_row
from callbacks.training import experiment_payload
from tests.oracles import LINE, NARROW, experiment
from tests.readers import header_of
from tools.payload_types import TARGET, declarations


def check(kind: Any, payload: Any) -> None:
    """Raises if anything is missing, left over or of another type."""
    TypeAdapter(kind).validate_json(header_of(pack(payload)), strict=True, extra="forbid")


def test_the_written_types_are_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == declarations(), "run: make types"


@pytest.mark.parametrize("settings", [LINE, NARROW], ids=["line", "network"])
def test_payloads_have_the_form_of_the_schema(settings: Settings) -> None:
    made = experiment(settings)
    check(schema.SweepPayload, experiment_payload(made))
    detail = inspect_run(settings, made.training, made.surface, 5)
    check(schema.DetailPayload, detail_payload(detail, made.surface, made.dataset))
    check(schema.MapRow, map_row(made.sweep))


def test_a_payload_of_another_form_is_found() -> None:
    row: Any = map_row(experiment(LINE).sweep)
    for wrong in (row | {"more": 1}, row | {"start_loss": "1"}, {"settings": row["settings"]}):
        with pytest.raises(ValueError):
            check(schema.MapRow, wrong)
