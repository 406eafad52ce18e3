"""How the server says no: a short sentence in plain text that tells nothing of its inside."""

from __future__ import annotations

import flask
from dash.exceptions import DependencyException
from werkzeug.exceptions import HTTPException

from app.logs import log_failure
from app.presence import Gone

SENTENCES = {
    400: "The server does not understand this request.",
    403: "This request comes from another page.",
    404: "There is nothing here.",
    405: "This address does not take such a request.",
    413: "The request is too large.",
    415: "The request must be JSON.",
    499: "The browser has hung up.",
    500: "Something went wrong on the server.",
}


class Refused(Exception):
    """A request that goes no further: its status, and a sentence that is sent."""

    def __init__(self, status: int, sentence: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.sentence = sentence or SENTENCES[status]


def set_refusals(server: flask.Flask) -> None:
    """Every answer that is an error, the framework's own included, becomes a sentence."""

    @server.errorhandler(Refused)
    def refused(error: Refused) -> flask.Response:
        return plain(error.status, error.sentence)

    @server.errorhandler(HTTPException)
    def by_status(error: HTTPException) -> flask.Response:
        status = error.code or 500
        response = plain(status, SENTENCES.get(status, SENTENCES[400]))
        # Which methods an address takes, or where it has moved, stands in a header.
        for name, value in error.get_headers(flask.request.environ):
            if name in ("Allow", "Location", "Content-Range"):
                response.headers[name] = value
        return response

    # Nobody reads this answer; the status is nginx's, for whoever reads the log.
    @server.errorhandler(Gone)
    def gone(_: Gone) -> flask.Response:
        return plain(499, SENTENCES[499])

    # Dash raises these for files of components that are none, and says which there are.
    @server.errorhandler(DependencyException)
    @server.errorhandler(FileNotFoundError)
    def unknown_file(error: Exception) -> flask.Response:
        return plain(404, SENTENCES[404])

    @server.errorhandler(Exception)
    def failed(error: Exception) -> flask.Response:
        log_failure(error)
        return plain(500, SENTENCES[500])


def plain(status: int, sentence: str) -> flask.Response:
    """A sentence as an answer."""
    return flask.Response(f"{sentence}\n", status, mimetype="text/plain")
