"""Error responses: one plain-text sentence each, without internals."""

import flask
from dash.exceptions import DependencyException
from werkzeug.exceptions import HTTPException
from werkzeug.http import quote_header_value

from app.log import log_failure

SENTENCES = {
    400: "The server does not understand this request.",
    403: "Requests from other websites are not allowed.",
    404: "This address does not exist.",
    405: "This address does not support this request method.",
    413: "The request is too large.",
    415: "The request must be JSON.",
    500: "Something went wrong on the server.",
}


class Refused(HTTPException):
    """A request that goes no further, with the status and the sentence of its response."""

    def __init__(self, status: int, sentence: str | None = None) -> None:
        super().__init__(sentence or SENTENCES[status])
        self.code = status


def init_app(server: flask.Flask) -> None:
    """Turns every error, including the framework's own, into a plain sentence."""

    @server.errorhandler(HTTPException)
    def by_status(error: HTTPException) -> flask.Response:
        status = error.code or 500
        sentence = SENTENCES.get(status, SENTENCES[400])
        ours = error.description if isinstance(error, Refused) else None
        response = plain(status, ours or sentence)
        for name, value in error.get_headers(flask.request.environ):
            if name in ("Allow", "Location", "Content-Range"):
                response.headers[name] = value
        return response

    # Dash raises these for unknown component files, and its message lists the known ones.
    @server.errorhandler(DependencyException)
    @server.errorhandler(FileNotFoundError)
    def unknown_file(_: Exception) -> flask.Response:
        return plain(404, SENTENCES[404])

    @server.errorhandler(Exception)
    def failed(error: Exception) -> flask.Response:
        log_failure(error)
        return plain(500, SENTENCES[500])


def plain(status: int, sentence: str) -> flask.Response:
    """A sentence as a plain-text response.

    The page reads it from the header: Dash does not hand on the text of a failed request, and the
    browser does not time one without showing its Server-Timing.
    """
    response = flask.Response(f"{sentence}\n", status, mimetype="text/plain")
    response.headers["Server-Timing"] = f"refusal;desc={quote_header_value(sentence)}"
    return response
