"""Typed reading of YAML front matter and of Markdown, with the line of whatever is wrong in it.

Nothing is constructed from YAML but text and numbers, and no text may be more than text: both are
checked here, on the raw characters, so that nobody has to trust the renderer.
"""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Callable, Sequence
from contextlib import suppress

import yaml

from app.choices import plain

# A chapter's front matter is a mapping of lists of mappings, no deeper.
DEEPEST = 4

LINE_BREAK = re.compile("\r\n|\r")
# YAML and some editors break a line at these, others do not: as blanks they move no line number.
RARE_BREAK = re.compile("[\x85\u2028\u2029]")
UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE
PRINTED_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,12})?")
# What no text may hold, and the sentence that says so. MathJax can make links and styles.
FORBIDDEN = (
    (UNPRINTABLE, "Here is a character that nobody can see."),
    (re.compile(r"<(?=[A-Za-z/!?])"), "HTML is not allowed. Put a blank behind a < in maths."),
    (
        re.compile(r"\\(?:href|style|class|cssId|data|html\w*|require)(?![A-Za-z])"),
        "This maths command is not allowed: a formula holds no links and no styles.",
    ),
)
# [words](address "title"), ![picture](address), [name]: address; no bracket inside an address.
LINK = re.compile(r"\]\(\s*([^\s)\[\]<>]*)(\)|\s+[\"'(]|)|\]:\s*([^\s\[\]]*)")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


class Mistake(Exception):
    """Where and why the reading of one file ended."""

    def __init__(self, place: yaml.Node | int, reason: str) -> None:
        super().__init__(reason)
        self.line = place if isinstance(place, int) else _line(place)
        self.reason = reason


def decoded(content: bytes) -> str:
    """A file's text, its line ends all the same and none of its characters unprintable."""
    try:
        text = _plain_lines(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = _plain_lines(error.object[: error.start].decode())
        raise Mistake(before.count("\n") + 1, "This is not UTF-8: save it as UTF-8.") from None
    strange = UNPRINTABLE.search(text)
    if strange:
        raise Mistake(line_at(text, strange.start()), FORBIDDEN[0][1])
    return text


def split(text: str) -> tuple[str, str, int]:
    """Front matter, what stands below it, and the line on which that begins."""
    lines = text.split("\n")
    bars = [number for number, line in enumerate(lines, 1) if line.rstrip() == "---"]
    if bars[:1] != [1]:
        raise Mistake(1, "The first line must be --- and begin the front matter.")
    if len(bars) < 2:
        raise Mistake(1, "The front matter that begins here has no second --- to end it.")
    front, body = lines[1 : bars[1] - 1], lines[bars[1] :]
    if not "".join(body).strip():
        raise Mistake(bars[1], "There is no text below the front matter.")
    # The empty first line keeps YAML's line numbers those of the file.
    return "\n".join(["", *front]), "\n".join(body), bars[1] + 1


def compose(front: str) -> yaml.Node | None:
    """The front matter as nodes, which know their line; nothing is constructed from a tag."""
    loader = yaml.SafeLoader(front)
    try:
        _check_events(loader)
        return yaml.compose(front, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Mistake(mark.line + 1 if mark else 1, _yaml_reason(error.problem)) from None
    except (ValueError, OverflowError):
        raise Mistake(loader.line + 1, "Here is a number that YAML cannot read.") from None


def _check_events(loader: yaml.SafeLoader) -> None:
    """Refuses what could grow without end: aliases, tags, nesting."""
    depth = 0
    while loader.check_event():
        event = loader.get_event()  # type: ignore[no-untyped-call]
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None) is not None:
            raise Mistake(line, "Anchors and aliases (& and *) are not allowed. Quote the text.")
        if getattr(event, "tag", None) is not None:
            raise Mistake(line, "Tags (!) are not allowed. Put the text in quotes.")
        if depth > DEEPEST:
            raise Mistake(line, "The front matter is nested too deeply.")


def _yaml_reason(problem: str | None) -> str:
    if problem and "mapping values" in problem:
        return 'A text with a colon in it must stand in quotes: "like: this".'
    return f"This is not YAML: {problem or 'it cannot be read'}."


def mapping(
    node: yaml.Node | None, name: str, known: Sequence[str], required: Sequence[str] = ()
) -> dict[str, yaml.Node]:
    """The values of a mapping by key: each key known and there once, and all that is required."""
    if not isinstance(node, yaml.MappingNode):
        raise Mistake(node or 1, f"`{name}` must be lines of `name: value`.")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if known_name(key, name, known) in found:
            raise Mistake(key, f"`{key.value}` stands here for the second time.")
        found[key.value] = value
    for missing in (field for field in required if field not in found):
        raise Mistake(node, f"`{name}` lacks `{missing}`.")
    return found


def known_name(node: yaml.Node, name: str, known: Sequence[str]) -> str:
    """The node's text, where that is one of the known names."""
    if isinstance(node, yaml.ScalarNode) and node.value in known:
        return str(node.value)
    word = node.value[:80] if isinstance(node, yaml.ScalarNode) else ""
    near = difflib.get_close_matches(word, known, n=1)
    advice = f"Did you mean `{near[0]}`?" if near else f"It may be {', '.join(known)}."
    raise Mistake(node, f"`{name}` does not know {_got(node)}. {advice}")


def items(node: yaml.Node | None, name: str, limits: tuple[int, int] = (0, 100)) -> list[yaml.Node]:
    """The nodes of a list whose length is within the limits; none where nothing is said."""
    if node is None:
        return []
    low, high = limits
    if not isinstance(node, yaml.SequenceNode) or not low <= len(node.value) <= high:
        raise Mistake(node, f"`{name}` must be a list of {low} to {high}, such as [one, two].")
    return list(node.value)


def names(
    node: yaml.Node | None,
    name: str,
    known: Sequence[str],
    default: tuple[str, ...],
    limits: tuple[int, int] = (0, 5),
) -> tuple[str, ...]:
    """Some of the known names, each once; the default where nothing is said."""
    if node is None:
        return default
    found: dict[str, None] = {}
    for item in items(node, name, limits):
        if known_name(item, name, known) in found:
            raise Mistake(item, f"`{name}` has {item.value} twice.")
        found[item.value] = None
    return tuple(found)


def whole(node: yaml.Node, name: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    value = value_of(node)
    if not isinstance(value, int) or not low <= value <= high:
        rule = f"`{name}` must be a whole number from {low} to {high}"
        raise Mistake(node, f"{rule}. Got {_got(node)}.")
    return value


def number(node: yaml.Node, name: str, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    value = value_of(node)
    if not isinstance(value, (int, float)) or not low <= value <= high:
        rule = f"`{name}` must be a number from {plain(low)} to {plain(high)}"
        raise Mistake(node, f"{rule}. Got {_got(node)}.")
    return float(value)


def printed(node: yaml.Node, name: str) -> str:
    """A number as the page prints it, with its digits kept."""
    if not isinstance(node, yaml.ScalarNode) or not PRINTED_NUMBER.fullmatch(node.value):
        raise Mistake(node, f"`{name}` must be a number as the page prints it, such as 0.5280.")
    return str(node.value)


def value_of(node: yaml.Node) -> object:
    """A bare scalar that Python reads as a number is that number, whatever else is what it is."""
    if isinstance(node, yaml.ScalarNode) and node.style is None:
        for kind in (int, float):
            with suppress(ValueError):
                return kind(node.value)
    return node.value


def _got(node: yaml.Node) -> str:
    """What stands there, for a sentence; cut so that it does not fill the page."""
    if not isinstance(node, yaml.ScalarNode):
        return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
    text = repr(value_of(node))
    return text if len(text) <= 40 else text[:37] + "..."


def string(node: yaml.Node, name: str) -> str:
    """A text that is not empty and holds nothing but Markdown."""
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        raise Mistake(node, f"`{name}` must be a text.")
    # Only in a block behind | are the value's lines those of the file.
    inside, first = ("", _line(node)) if node.style != "|" else (node.value, _line(node) + 1)
    check_markdown(node.value, lambda index: line_at(inside, index, first))
    return str(node.value).strip()


def check_markdown(text: str, line_of: Callable[[int], int]) -> None:
    """Refuses what could be more than text, by the raw characters: no renderer is trusted."""
    for pattern, reason in FORBIDDEN:
        found = pattern.search(text)
        if found:
            raise Mistake(line_of(found.start()), reason)
    for link in LINK.finditer(text):
        address, end, definition = link.groups()
        if end == "":
            raise Mistake(line_of(link.start()), "A link is [words](address) with no blank in it.")
        _check_address(address or definition or "", line_of(link.start()))


def _check_address(address: str, line: int) -> None:
    """As a browser reads it: entities resolved, backslashes, blanks and control codes dropped."""
    scheme = SCHEME.match(re.sub(r"[\\\s\x00-\x1f\x7f-\xa0]", "", html.unescape(address)))
    if scheme and scheme[1].lower() not in ("http", "https"):
        rule = "A link leads to http, https, a path or an anchor"
        raise Mistake(line, f"{rule}. Got {scheme[1][:40]}:.")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def line_at(text: str, index: int, first: int = 1) -> int:
    """The line on which a character stands, where the text begins on line `first`."""
    return first + text.count("\n", 0, index)


def _plain_lines(text: str) -> str:
    return RARE_BREAK.sub(" ", LINE_BREAK.sub("\n", text))
