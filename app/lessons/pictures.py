"""Pictures in a chapter's texts. Those beside the chapter are put into the text itself, so no
address leads from the page to a teacher's files."""

import base64
import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from app.domain.fields import shortened
from app.lessons.files import content
from app.lessons.front_matter import Lines, Mistake
from app.lessons.mathematics import CODE

TYPES = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".gif": "gif",
    ".webp": "webp",
    ".svg": "svg+xml",
}
PICTURE_BYTES, CHAPTER_BYTES = 1_000_000, 4_000_000
# ![words](target "title"), or the target of ![words][name] on a line of its own.
PICTURE = re.compile(
    rf"{CODE}|!\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*"
    r"(?:<(?P<angled>[^<>\n]*)>|(?P<bare>(?:[^\s()]|\([^\s()]*\))+))"
    r"(?P<title>\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
    r"|^(?P<name> {0,3}\[[^\]\n]+\]:[ \t]*)(?P<defined>\S+)",
    re.MULTILINE,
)
REMOTE = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)


class Pictures:
    """Puts the pictures of one chapter into its texts.

    problems  what is wrong with others, which stand in the text as words or as a link
    """

    def __init__(self, folder: Path) -> None:
        self.problems: list[Mistake] = []
        self._folder = folder
        self._room = CHAPTER_BYTES

    def put_into(self, text: str, first_line: int) -> str:
        """The text with its pictures as `data:` addresses.

        first_line  the line of the file on which the text begins
        """

        def replaced(found: re.Match[str]) -> str:
            target = found["bare"] or found["angled"] or found["defined"]
            # A link to another page is defined like a picture.
            if not target or (found["name"] and not _kind(target)) or target.startswith("data:"):
                return found[0]
            try:
                address = self._address(target)
            except Mistake as mistake:
                mistake.line = first_line + text.count("\n", 0, found.start())
                self.problems.append(mistake)
                return found[0] if found["name"] else _in_words(found, target)
            if found["name"]:
                return found["name"] + address
            return f"![{found['words']}]({address}{found['title'] or ''})"

        return PICTURE.sub(replaced, text)

    def put_into_all(
        self, value: Any, lines: Lines, path: tuple[str | int | None, ...] = ()
    ) -> Any:
        """The same for all texts in nested dicts and lists of front matter."""
        if isinstance(value, dict):
            return {
                name: self.put_into_all(one, lines, (*path, name)) for name, one in value.items()
            }
        if isinstance(value, list):
            return [
                self.put_into_all(one, lines, (*path, place)) for place, one in enumerate(value)
            ]
        return self.put_into(value, lines[path])

    def _address(self, target: str) -> str:
        """A picture's bytes as an address. Raises Mistake."""
        if _is_remote(target):
            advised = f"save {shortened(target, 80)} beside the chapter."
            raise Mistake(1, f"The page loads nothing from elsewhere: {advised}")
        name, kind = _name(target), _kind(target)
        if not kind or not name.isprintable():
            raise Mistake(1, f"{name!r} is no picture: use one of {', '.join(TYPES)}.")
        try:
            found = content(self._folder / name, self._folder, min(PICTURE_BYTES, self._room))
        except Mistake as mistake:
            raise Mistake(1, f"The picture {name}: {mistake.reason}") from None
        self._room -= len(found)
        return f"data:image/{kind};base64,{base64.b64encode(found).decode()}"


def _name(target: str) -> str:
    """A picture's path in its folder."""
    return unquote(re.split("[?#]", target.replace("\\", "/"))[0])


def _kind(target: str) -> str:
    """What an address calls the kind of picture; empty for anything else."""
    return TYPES.get(PurePosixPath(_name(target)).suffix.lower(), "")


def _in_words(found: re.Match[str], target: str) -> str:
    """What stands in the place of a picture."""
    words = found["words"] or target
    return f"[{words}]({target})" if _is_remote(target) else f"*{words}*"


def _is_remote(target: str) -> bool:
    return REMOTE.match(target) is not None
