"""Shapes and types are checked while the tests run: this comes before any import of app."""

from jaxtyping import install_import_hook

install_import_hook(["app.engine", "app.results", "app.payload"], "beartype.beartype")
