"""Reads a chapter's file: YAML front matter as texts, lists and mappings, each with its line."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from app.domain.fields import shown

# YAML breaks a line at these and editors do not; as spaces they leave the line numbers right.
RARE_BREAKS = re.compile("[\x85\u2028\u2029]")
BAR = re.compile(r"^---[ \t]*$", re.MULTILINE)

# In double quotes YAML takes a backslash and a letter for one sign, \n for the end of a line. A
# formula would lose its commands; what no LaTeX command looks like is let through.
ESCAPE = re.compile(r"""\\([\\"/\n]|[uUx][0-9A-Fa-f]{2}|.)""")
QUOTES = (
    "In double quotes, YAML takes a backslash for its own: use single quotes for a text with LaTeX."
)
TAB = "A tab indents this line, or follows a colon: YAML needs spaces there."
DECIMAL_COMMA = re.compile(r"Got '[+-]?(\d+),(\d+)'")

# The keys and indexes that lead to a value, such as ("claims", 0, "epoch").
Path = tuple[str | int | None, ...]
Lines = dict[Path, int]


class Mistake(Exception):
    """Why a file is not a chapter, and the line to correct; line 0 is a whole folder."""

    def __init__(self, line: int, reason: str, file: str = "") -> None:
        super().__init__(reason)
        self.line, self.reason, self.file = line, reason, file

    def __str__(self) -> str:
        """`file:line: reason`, as editors understand it."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


class Part(BaseModel):
    """A part of a chapter's front matter: frozen, and without fields that it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, str_min_length=1
    )


def one_of(known: Sequence[str]) -> AfterValidator:
    """Accepts the known words."""

    def check(word: str) -> str:
        if word not in known:
            raise ValueError(f"{shown(word)} is unknown. {advice(word, known)}")
        return word

    return AfterValidator(check)


def number(text: Any) -> Any:
    """A text as the number that it is, if it is one."""
    for kind in (int, float):
        with suppress(ValueError, TypeError):
            return kind(text)
    return text


def decoded(content: bytes) -> str:
    r"""A file's text, with each line ended by \n. Raises Mistake."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Mistake(line, "This is not UTF-8. Save the file as UTF-8.") from None
    return RARE_BREAKS.sub(" ", text)


def split(text: str) -> tuple[str, str]:
    """The front matter, which keeps its line numbers, and the text below it. Raises Mistake."""
    before, *parts = BAR.split(text, maxsplit=2)
    if before or not parts:
        raise Mistake(1, "The first line must be --- to begin the front matter.")
    if len(parts) < 2:
        raise Mistake(1, "The front matter that begins here has no second --- to end it.")
    front, body = parts
    if not body.strip():
        raise Mistake(front.count("\n") + 1, "There is no text below the front matter.")
    return front, body


def load(front: str) -> tuple[dict[str, Any], Lines]:
    """The front matter as nested dicts, lists and texts, and the line of each. YAML constructs
    nothing: a number stays the text that was written. Raises Mistake."""
    lines: Lines = {(): 1}
    try:
        node = yaml.compose(front, Loader=yaml.SafeLoader)
        found = _value(node, (), lines, set()) if node else {}
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line if mark else front.count("\n", 0, getattr(error, "position", 0))
        raise Mistake(line + 1, _yaml_reason(error, front.split("\n")[line])) from None
    if not isinstance(found, dict):
        raise Mistake(lines[()], "The front matter must be lines of `name: value`.")
    return found, lines


def _value(node: yaml.Node, path: Path, lines: Lines, seen: set[int]) -> Any:
    line = lines[path] = node.start_mark.line + 1
    # An alias composes to the node of its anchor. Without aliases nothing grows beyond the file.
    if id(node) in seen:
        raise Mistake(line, "Aliases (*name) are not allowed. Put a text with a * in quotes.")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        _check_escapes(node)
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*path, index), lines, seen) for index, one in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        _check_comma(key, value, found)
        if not isinstance(key, yaml.ScalarNode) or key.value in found:
            raise Mistake(
                key.start_mark.line + 1, f"{shown(key.value)} must be one name, used once."
            )
        found[key.value] = _value(value, (*path, key.value), lines, seen)
    return found


def _check_escapes(node: yaml.ScalarNode) -> None:
    """Raises Mistake where YAML has changed a text in double quotes."""
    mark = node.start_mark
    if node.style != '"' or mark.buffer is None:
        return
    for found in ESCAPE.finditer(mark.buffer, mark.pointer, node.end_mark.pointer):
        if found[1][0] not in '\\"/\nuUx':
            line = mark.line + mark.buffer.count("\n", mark.pointer, found.start())
            raise Mistake(line + 1, QUOTES)


def _check_comma(key: yaml.Node, value: yaml.Node, before: dict[str, Any]) -> None:
    """Raises Mistake for {learning_rate: 0,05}, which YAML takes for 0 and a field 05."""
    last = [*before.values()][-1:]
    digits = [*last, key.value, value.value or "0"]
    if [*before][-1:] == ["start"] and not value.value:
        raise Mistake(key.start_mark.line + 1, f'Put a start in quotes: "{last[0]},{key.value}".')
    if last and all(isinstance(one, str) and one.isdecimal() for one in digits) and not value.value:
        advised = f"write {last[0]}.{key.value}, with a decimal point."
        raise Mistake(key.start_mark.line + 1, f"For {last[0]},{key.value} {advised}")


def _yaml_reason(error: Exception, line: str) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
    if "escape" in str(problem):
        return QUOTES
    if "'\\t'" in str(problem) or re.match(r"\s*\t", line):
        return TAB
    if "mapping values" in str(problem):
        return 'A text with a colon in it must be in quotes: "like: this".'
    return f"This is not YAML: {problem}."


def first_mistake(
    error: ValidationError, lines: Lines, parts: Mapping[str, type[BaseModel]]
) -> Mistake:
    """The first line that the models refuse, and why; `parts` has the model of each nested field
    and, under "", the outermost one."""
    found = [(_line(one, lines), one) for one in error.errors()]
    line, first = min(found, key=lambda pair: pair[0])
    field = next((str(part) for part in reversed(first["loc"][:-1]) if part in parts), "")
    reason = _reason(first, parts[field].model_fields if field in parts else ())
    setting = getattr(first.get("ctx", {}).get("error"), "field", None)
    # A start is two numbers.
    comma = setting != "start" and DECIMAL_COMMA.search(reason)
    advised = f" Write {comma[1]}.{comma[2]}, with a decimal point." if comma else ""
    return Mistake(line, reason + advised)


def _line(error: ErrorDetails, lines: Lines) -> int:
    """The line of the value, else of what contains it. An error about a setting knows which."""
    setting = getattr(error.get("ctx", {}).get("error"), "field", None)
    path = (*error["loc"], setting)
    return next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)


def _reason(error: ErrorDetails, fields: Collection[str]) -> str:
    name = next(part for part in reversed(error["loc"]) if isinstance(part, str))
    match error["type"]:
        case "value_error":
            refusal = error["ctx"]["error"]
            return str(refusal) if hasattr(refusal, "field") else f"`{name}`: {refusal}"
        case "missing":
            return f"`{name}` is missing."
        case "extra_forbidden":
            return f"There is no field {shown(name)} here. {advice(name, fields)}"
    message = re.sub("tuple", "list", error["msg"], flags=re.IGNORECASE)
    return f"`{name}`: {message.replace(' after validation', '')}. Got {shown(error['input'])}."


def advice(word: str, known: Collection[str]) -> str:
    """The known name that is nearest to a word, else all of them."""
    near = difflib.get_close_matches(word[:80], known, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"Choose from {', '.join(known)}."
