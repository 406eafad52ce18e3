"""Callback requests as the page sends them, what they are answered, and random changes of them."""

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from components import ids
from tests.readers import unpack
from tools.crowd import body_of as request_of

QUICK = {"epochs": 10, "learning_rate": 0.1}
CONTENT = base64.b64encode(b"x,y\n1,2\n2,4\n3,5\n4,9\n").decode()
# What the page's own scripts send, by the store that asks.
REAL: dict[str, list[Any]] = {
    ids.TRAIN_REQUEST: [
        {"ticket": 1, "settings": QUICK, "plane": {"kind": "anchored"}},
        {
            "ticket": 2,
            "settings": QUICK | {"dataset": "own", "data_token": "A" * 22},
            "data_upload": {
                "content": CONTENT,
                "name": "t.csv",
                "target": "y",
                "predictors": ["x"],
            },
        },
    ],
    ids.INSPECT_REQUEST: [{"ticket": 1, "settings": QUICK, "epoch": 3, "plane": None}],
    ids.MAP_REQUEST: [{"ticket": 1, "settings": QUICK}],
    ids.CHAPTER_REQUEST: [{"ticket": 1, "slug": "the-data"}],
    ids.PANEL_REQUEST: [["share"], []],
    ids.SHARE_REQUEST: [{"ticket": 1, "query": "seed=3&epoch=7"}],
    ids.EXPORT_REQUEST: [
        {"ticket": 1, "kind": kind, "settings": QUICK} for kind in ("script", "notebook", "sweep")
    ],
    ids.OWN_REQUEST: [{"ticket": 1, "content": CONTENT, "name": "t.csv"}],
}
texts = st.text(max_size=12) | st.sampled_from(["\x00", "../..", "__proto__", "é" * 9, "data"])
numbers = st.integers() | st.just(10**300) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def post(client: FlaskClient, body: Any, base: str = "/", **how: Any) -> TestResponse:
    """The response to a callback's request; bytes are sent as they are."""
    how.setdefault("content_type", "application/json")
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"{base}_dash-update-component", data=data, **how)


def text_of(response: TestResponse) -> str:
    is_gzipped = response.headers.get("Content-Encoding") == "gzip"
    data = gzip.decompress(response.data) if is_gzipped else response.data
    return data.decode(errors="replace")


def ask(client: FlaskClient, kind: str, value: Any, **how: Any) -> dict[str, Any]:
    """What the page's store for answers "train", "inspect" and the like then holds."""
    response = post(client, request_of(kind, value), **how)
    assert response.status_code == 200
    answer: dict[str, Any] = json.loads(text_of(response))["response"][f"{kind}-answer"]["data"]
    payload = answer.get("payload")
    if isinstance(payload, dict) and "block" in payload:
        answer["payload"] = unpack(payload.pop("block")) | payload
    return answer


def body_of(dependency: dict[str, Any], value: Any) -> dict[str, Any]:
    """The request that Dash's page sends when the one input of a callback has a new value."""
    output = dependency["output"]
    is_list = output.startswith("..")
    outputs = [place(name) for name in output.strip(".").split("...")]
    changed = [f"{one['id']}.{one['property']}" for one in dependency["inputs"]]
    return {
        "output": output,
        "outputs": outputs if is_list else outputs[0],
        "inputs": [one | {"value": value} for one in dependency["inputs"]],
        "changedPropIds": changed,
        "parsedChangedPropsIds": changed,
    }


def place(name: str) -> dict[str, str]:
    """A callback without an output has the hash of its inputs in place of one."""
    component, _, part = name.rpartition(".")
    return {"id": component or name, "property": part}


def change(data: st.DataObject, parent: dict, key: str = "body") -> None:
    """Replaces, drops or extends something at or below parent[key]."""
    holder, name = data.draw(st.sampled_from(list(places(parent, key))))
    action = data.draw(st.sampled_from(["replace", "drop", "add"]))
    if action == "drop" and holder is not parent:
        holder.pop(name)
    elif action == "add" and isinstance(holder, dict):
        holder[data.draw(texts)] = data.draw(anything)
    elif action == "add":
        holder.append(data.draw(anything))
    else:
        holder[name] = data.draw(anything)


def places(holder: Any, key: Any) -> Iterator[tuple[Any, Any]]:
    """Every place at or below holder[key], outer ones first."""
    yield holder, key
    inner = holder[key]
    if isinstance(inner, dict | list):
        for name in inner if isinstance(inner, dict) else range(len(inner)):
            yield from places(inner, name)


def frame(body: Any) -> Any:
    """A request without its values and optional parts: what must not differ from Dash's own."""
    try:
        whole = dict(body)
        changed = whole["changedPropIds"]
        if whole.get("state") == []:
            del whole["state"]
        if whole.get("parsedChangedPropsIds") == changed:
            del whole["parsedChangedPropsIds"]
        inputs = [{k: v for k, v in one.items() if k != "value"} for one in whole["inputs"]]
        return json.dumps(whole | {"inputs": inputs}, sort_keys=True)
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
