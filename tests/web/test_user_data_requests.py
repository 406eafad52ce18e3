"""Broken requests about a person's own data, and the answer to a table that a person opens."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.csv_lines import TableError
from app.domain.csv_reader import read_table
from app.domain.plane_choice import PlaneChoice
from app.domain.settings import Settings
from app.trainers.ttl_cache import TtlCache
from callbacks.answers import FAILED, answer
from callbacks.requests import content_of, user_data_of
from callbacks.user_data import described, table_answer
from tests.unit.test_settings import json_values
from tests.web.test_user_data_privacy import Worker, part, request, token

ABSURD = {
    name: json_values
    for name in (
        "content",
        "name",
        "target",
        "predictors",
        "standardize",
        "reading",
        "isSent",
        "more",
    )
}


def never(chosen: Settings, plane: PlaneChoice) -> dict:
    raise AssertionError(f"trained {chosen}")


def check_sentence(result: dict[str, Any]) -> None:
    assert result["ticket"] == 5 and "payload" not in result
    assert result["error"].endswith(".") and len(result["error"]) < 300
    assert result["error"] != FAILED, result


@pytest.fixture
def worker() -> Worker:
    return Worker()


@given(json_values, json_values)
def test_any_json_as_token_and_upload_gets_a_sentence(data_token: object, brought: object) -> None:
    asked = {
        "ticket": 5,
        "settings": {"dataset": "own", "data_token": data_token},
        "data_upload": brought,
    }
    check_sentence(answer(asked, never, TtlCache(8)))


@given(st.fixed_dictionaries({}, optional=ABSURD))
def test_any_json_as_one_part_of_the_upload_is_read_or_gets_a_sentence(absurd: dict) -> None:
    asked = request("A" * 22, part() | absurd)
    result = answer(asked, lambda chosen, plane: {"user_data": chosen.user_data}, TtlCache(8))
    if "error" in result:
        check_sentence(result)
    else:
        assert result["payload"]["user_data"].table.shape[0] == 5


@given(st.dictionaries(st.sampled_from(sorted(ABSURD)), json_values, max_size=4))
def test_unknown_settings_beside_own_data_are_refused(absurd: dict) -> None:
    asked = request("A" * 22, part(), **{f"x{name}": one for name, one in absurd.items()})
    result = answer(asked, lambda chosen, plane: {}, TtlCache(8))
    assert ("error" in result) == bool(absurd)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (dict(batch_size=6), "batch_size"),
        (dict(noise=0.5), "noise"),
        (dict(validation_fraction=0.5, batch_size=4), "batch_size"),
    ],
)
def test_settings_beside_own_data_are_checked(worker: Worker, values: dict, field: str) -> None:
    result = worker.train(request(token(), part(), **values))
    assert result["field"] == field and result["error"].endswith(".")


@pytest.mark.parametrize("name", ["target", "name", "content"])
def test_a_lone_surrogate_is_never_repeated_in_the_answer(worker: Worker, name: str) -> None:
    """The guard refuses a lone surrogate, which no encoder may write; behind it none is
    repeated either."""
    result = worker.train(request(token(), part() | {name: "\ud800"}))
    assert "payload" in result or result["error"].endswith(".")
    str(result).encode()


def test_the_data_file_of_a_built_in_data_set_is_refused(worker: Worker) -> None:
    result = worker.export({"ticket": 5, "settings": {}, "kind": "data"})
    assert result["error"] == "There is no file of this kind."


def test_a_read_table_is_described_for_the_page() -> None:
    content = base64.b64encode(b"who;x;y\nA;1,5;2\nB;2;3\nC;3;4\nD;;5\n").decode()
    result = table_answer({"ticket": 3, "content": content, "name": "my.csv"})
    assert result["ticket"] == 3
    assert result["table"] | {"notes": []} == {
        "label": "my", "columns": ["who", "x", "y"], "numeric": ["x", "y"], "rows": 4,
        "classes": {},
        "two_numbers": [],
        "head": (
            (1, ("who", "x", "y")), (2, ("A", "1,5", "2")), (3, ("B", "2", "3")),
            (4, ("C", "3", "4")), (5, ("D", "", "5")),
        ),
        "separator": "semicolon", "decimal": "comma", "header": (1,), "body": 2,
        "questions": [], "sentinels": [], "notes": [],
    }  # fmt: skip


@pytest.mark.parametrize(("last", "expected"), [(1, ["y"]), (0, [])])
def test_two_numbers_are_offered_as_classes_where_each_has_two_rows(
    last: int, expected: list
) -> None:
    content = base64.b64encode(f"x,y\n1,0\n2,0\n3,1\n4,{last}\n".encode()).decode()
    result = table_answer({"ticket": 3, "content": content, "name": "my.csv"})
    assert result["table"]["two_numbers"] == expected


def test_what_is_set_by_hand_reaches_the_table_and_the_training(worker: Worker) -> None:
    content = base64.b64encode(b'x,y\n"10,250",2\n"11,500",3\n"12,750",5\n').decode()
    reading = {"decimals": {"x": "comma"}}
    asked = {"ticket": 3, "content": content, "name": "my.csv"}
    (question,) = table_answer(asked)["table"]["questions"]
    assert (question["cell"], question["decimal"]) == ("10,250", "point")
    (question,) = table_answer(asked | {"reading": reading})["table"]["questions"]
    assert question["decimal"] == "comma"
    brought = {"content": content, "name": "my.csv", "reading": reading}
    data = user_data_of(request(token(), brought), TtlCache(8))
    assert data is not None and data.table[:, 0].tolist() == [10.25, 11.5, 12.75]


@given(json_values | st.fixed_dictionaries({"content": json_values, "name": json_values}))
def test_any_json_as_request_gets_a_sentence(request: object) -> None:
    result = table_answer(request)
    assert set(result) == {"ticket", "error", "field"} and result["error"].endswith(".")


@pytest.mark.parametrize("content", ["MSwy\n", "M", "MSw", "ÄÖÜ", "MSw yCg==", None, 7, b"MSwy"])
def test_a_file_that_is_not_base64_is_refused(content: object) -> None:
    with pytest.raises(TableError, match=r"arrive|no file"):
        content_of({"content": content})


def test_a_huge_file_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(TableError, match="too large"):
        content_of({"content": "!" * (3 * 1024 * 1024)})


@pytest.mark.parametrize("folder", ["C:\\secret\\", "/home/secret/", ""])
def test_only_the_name_of_a_path_is_kept_with_a_note(folder: str) -> None:
    made = described(read_table(b"a,b\n1,10\n2,30\n3,20\n"), f"{folder}heights.csv")
    assert made["label"] == "heights" and "secret" not in str(made)
    assert any("path" in note for note in made["notes"]) == bool(folder)
