"""Shapes and types are checked while the tests run: that comes before any import from app."""

import hypothesis
import pytest
from dash import Dash
from flask.testing import FlaskClient

# It sets OMP_NUM_THREADS, which torch reads when tests.shapes loads it. Otherwise a training of a
# server under test can stand still for a minute on a busy machine.
import app as _app  # noqa: F401
from tests.shapes import check_shapes, forget_calls

check_shapes("app.engine", "app.domain.results", "app.exports.payload")

from app.server import create_app  # noqa: E402

# No test is timed. Each run of all tests tries other examples.
hypothesis.settings.register_profile("ours", deadline=None, max_examples=50)
hypothesis.settings.load_profile("ours")
# For `make test-quick`.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=10)


def pytest_runtest_setup() -> None:
    """Each test has its own calls checked."""
    forget_calls()


@pytest.fixture(scope="session")
def app() -> Dash:
    """The application as it is without a configuration, shared: tests undo what they change."""
    return create_app()


@pytest.fixture(scope="module")
def client(app: Dash) -> FlaskClient:
    """Asks the server of `app`, which a module may make otherwise."""
    return app.server.test_client()
