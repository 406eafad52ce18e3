"""Requests that the page would never send, for the tests of the guard and for `make faults`."""

import json
from collections.abc import Callable
from typing import Any

Change = Callable[[dict[str, Any]], object]


def _without(name: str) -> Change:
    return lambda body: body.pop(name)


def _with(name: str, value: Any) -> Change:
    return lambda body: body.__setitem__(name, value)


def _in_input(**parts: Any) -> Change:
    return lambda body: body["inputs"][0].update(parts)


# What is changed in a real callback request, and the status of the refusal.
MALFORMED: dict[str, tuple[Change, int]] = {
    **{f"no {name}": (_without(name), 400) for name in ("output", "outputs", "inputs")},
    "no changes": (_without("changedPropIds"), 400),
    "an unknown field": (_with("background", True), 400),
    "an unknown output": (_with("output", "nothing.data"), 404),
    "a list as output": (_with("output", ["train-answer.data"]), 404),
    "an object as output": (_with("output", {}), 404),
    "other outputs": (_with("outputs", {"id": "facts", "property": "children"}), 400),
    "null as outputs": (_with("outputs", None), 400),
    "hundreds of outputs": (_with("outputs", [{"id": "a", "property": "b"}] * 300), 400),
    "no inputs at all": (_with("inputs", []), 400),
    "an input twice": (lambda body: body["inputs"].append(body["inputs"][0]), 400),
    "a list as input": (lambda body: body.update(inputs=[body["inputs"]]), 400),
    "a number as input": (_with("inputs", [5]), 400),
    "an object as inputs": (lambda body: body.update(inputs=body["inputs"][0]), 400),
    "another id": (_in_input(id="train-answer"), 400),
    "an object as id": (_in_input(id={"type": "a", "index": 1}), 400),
    "another property": (_in_input(property="children"), 400),
    "an unknown field in an input": (_in_input(persisted=True), 400),
    "an input without id": (lambda body: body["inputs"][0].pop("id"), 400),
    "a state": (_with("state", [{"id": "facts", "property": "children"}]), 400),
    "an object as state": (_with("state", {}), 400),
    "an empty list of changes": (_with("changedPropIds", []), 400),
    "another change": (_with("changedPropIds", ["facts.children"]), 400),
    "a number as change": (_with("changedPropIds", [1]), 400),
    "an object as changes": (_with("changedPropIds", {"a.b": 1}), 400),
    "a text as changes": (_with("changedPropIds", "train-request.data"), 400),
    "a change twice": (lambda body: body["changedPropIds"].append(body["changedPropIds"][0]), 400),
    "other parsed changes": (_with("parsedChangedPropsIds", [{"type": "a"}]), 400),
    "deep nesting": (_in_input(value=json.loads("[" * 50 + "]" * 50)), 400),
    "thousands of values": (_in_input(value=list(range(5000))), 400),
    "NaN": (_in_input(value=float("nan")), 400),
    "infinity": (_in_input(value={"ticket": -float("inf")}), 400),
    "a number of 4001 digits": (_in_input(value=10**4000), 400),
    "half a surrogate pair": (_in_input(value={"ticket": 1, "query": "\ud800"}), 400),
    "half a surrogate pair as name": (_in_input(value={"\udfff": 1}), 400),
}

# None of these is JSON for a callback.
INVALID_JSON = [
    *(b"", b"{", b"null", b"[]", b"5", b'"a"', b"{}", b"\xff", b"\x00", b"nan", b"{'a':1}"),
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" * 1_000,
    b"[" * 1_000 + b"]" * 1_000,
    b"[" + b"1," * 100_000 + b"1]",
    b'{"output":' + b"9" * 100_000 + b"}",
    b'{"output":1e999}',
    b'{"output":' + b"0." + b"1" * 100_000 + b"}",
    b'{"output":"' + b"\\\\" * 500_000,
    b'"' * 1_000_000,
    '{"output":"ü"}'.encode("utf-16"),
    b'\xef\xbb\xbf{"output":1}',
]

NOT_HTTP = [
    b"NONSENSE\r\n\r\n",
    b"GET / HTTP/9.1\r\n\r\n",
    b"<b>x</b> / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nx\r\n\r\n",
    b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
]
