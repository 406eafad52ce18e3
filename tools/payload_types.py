"""Writes types/payload.d.ts for the type check of the page's scripts: app/exports/schema.py, and
the names of the views."""

import inspect
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from app.domain.views import VIEWS
from app.exports import schema

TARGET = Path(__file__).parents[1] / "types" / "payload.d.ts"
HEAD = "/* Written by `make types` from app/exports/schema.py and app/domain/views.py. */\n"
PLAIN = {
    **{int: "number", float: "number", str: "string", bool: "boolean"},
    **{NoneType: "null", Any: "any"},
}


def declarations() -> str:
    """The text of the file: the views, and one interface for each TypedDict."""
    found = [one for one in vars(schema).values() if is_typeddict(one)]
    views = "\n/** A view's element id. */\nexport type View =\n" + "".join(
        f'  | "{name}"\n' for name in VIEWS
    )
    return HEAD + views.removesuffix("\n") + ";\n" + "".join(_interface(one) for one in found)


def _interface(typed: Any) -> str:
    hints = get_type_hints(typed, include_extras=True)
    lines = "".join(f"  {_member(name, hint)};\n" for name, hint in hints.items())
    about = "\n   ".join(inspect.cleandoc(typed.__doc__).split("\n"))
    return f"\n/** {about} */\nexport interface {typed.__name__} {{\n{lines}}}\n"


def _member(name: str, hint: Any) -> str:
    if get_origin(hint) is NotRequired:
        return f"{name}?: {_type(get_args(hint)[0])}"
    return f"{name}: {_type(hint)}"


def _type(hint: Any) -> str:
    if hint in PLAIN:
        return PLAIN[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    parts = get_args(hint)
    match get_origin(hint):
        case origin if origin is Literal:
            return " | ".join(f'"{part}"' for part in parts)
        case origin if origin is UnionType:
            return " | ".join(_type(part) for part in parts)
        case origin if origin is list:
            inner = _type(parts[0])
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case origin if origin is dict:
            return f"Record<{_type(parts[0])}, {_type(parts[1])}>"
    raise TypeError(f"{hint} has no type in TypeScript.")


if __name__ == "__main__":
    TARGET.write_text(declarations(), encoding="utf-8")
