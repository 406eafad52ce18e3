"""Whoever trains, the page gets the same: what a browser was answered by a server that trains by
itself is asked of one that lets a Celery worker train, question by question, bit by bit."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from app.server import create_server
from tools.many import machine

CALLBACKS = "/_dash-update-component"


class Answers:
    """Stands before a server and keeps a callback's questions, each with its answer's digest."""

    def __init__(self, server: Flask) -> None:
        # By the question without its ticket: the first that asked it, and its answer's digest.
        self.kept: dict[bytes, tuple[bytes, str]] = {}
        self._application, server.wsgi_app = server.wsgi_app, self  # type: ignore[method-assign]

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != CALLBACKS:
            return self._application(environ, start)
        question = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(question)
        # Which of the ways to compress it a browser prefers is for the tests of headers.
        environ["HTTP_ACCEPT_ENCODING"] = "gzip"
        answer = Response.from_app(self._application, environ, buffered=True)
        self._keep(question, answer)
        return answer(environ, start)

    def _keep(self, question: bytes, answer: Response) -> None:
        text = plain(answer)
        if answer.status_code == 200 and is_the_same_for_all(question, text):
            asked = re.sub(rb'"ticket":\d+', b"", question)
            self.kept.setdefault(asked, (question, sha256(text).hexdigest()))


def plain(answer: Response) -> bytes:
    data = answer.get_data()
    return gzip.decompress(data) if answer.content_encoding else data


def is_the_same_for_all(question: bytes, answer: bytes) -> bool:
    """Not a person's own data, which never reach a worker, and not "busy, again in N s"."""
    return b'"data_token":"' not in question and b'"again":' not in answer


@contextmanager
def trained_by_workers() -> Iterator[None]:
    """The same page, and no training in the server's own process."""
    with machine(workers=1) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", made.url)
        yield
        assert made.errands() > 0


def check_with_workers(answers: Answers, address: str) -> None:
    """All of them once more, where no web process trains."""
    with trained_by_workers():
        client = create_server().test_client()
        different = [
            question
            for question, digest in answers.kept.values()
            if ask(client, question, address) != digest
        ]
    assert [json.loads(question)["output"] for question in different] == []


def ask(client: Any, question: bytes, address: str) -> str:
    # What is to be shared begins with the address that the page has.
    answer = client.post(
        CALLBACKS, base_url=address, data=question, content_type="application/json"
    )
    return sha256(plain(answer)).hexdigest()
