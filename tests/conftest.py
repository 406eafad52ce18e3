"""Turns on the shape checks, which must come before any import from app."""

import hypothesis
import pytest
from dash import Dash
from flask.testing import FlaskClient

# app sets OMP_NUM_THREADS, which torch reads when tests.shapes imports it. Otherwise a training in
# a server under test can stall for a minute on a busy machine.
import app as _app  # noqa: F401
from tests.shapes import check_shapes, forget_calls

check_shapes("app.engine", "app.domain.results", "app.exports.payload", "app.exports.encoding")

from app.server import create_app  # noqa: E402

# No test is timed. Each run of all tests tries other examples.
hypothesis.settings.register_profile("ours", deadline=None, max_examples=50)
hypothesis.settings.load_profile("ours")
# For `make test-quick`.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=10)


def pytest_runtest_setup() -> None:
    """Shape checks count the calls of each test separately."""
    forget_calls()


@pytest.fixture(scope="session")
def app() -> Dash:
    """The application as it is without a configuration, shared: tests undo what they change."""
    return create_app()


@pytest.fixture(scope="module")
def client(app: Dash) -> FlaskClient:
    """A client of `app`, which a test module may override."""
    return app.server.test_client()
