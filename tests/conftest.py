"""Shapes and types are checked while the tests run: this comes before any import of app."""

from __future__ import annotations

import pytest
from dash import Dash
from flask.testing import FlaskClient
from jaxtyping import install_import_hook

install_import_hook(["app.engine", "app.results", "app.payload"], "beartype.beartype")

from app.server import create_app  # noqa: E402


@pytest.fixture(scope="module")
def app() -> Dash:
    """The application as it is without a configuration."""
    return create_app()


@pytest.fixture(scope="module")
def client(app: Dash) -> FlaskClient:
    """Asks the server of `app`, which a module may make otherwise."""
    return app.server.test_client()
