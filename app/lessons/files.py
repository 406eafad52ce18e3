"""Reads a lesson's files: only regular ones, of bounded size, inside the lesson's folder."""

import os
from pathlib import Path

from app.lessons.front_matter import Mistake


def content(path: Path, folder: Path, most_bytes: int) -> bytes:
    """The bytes of a regular file inside a folder: a pipe would never end. Raises Mistake, for
    line 1."""
    try:
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
            raise Mistake(1, "This leads to a file outside the lesson's folder.")
        if not path.is_file():
            is_there = os.path.lexists(path)
            raise Mistake(1, "This is not a file." if is_there else "There is no such file.")
        with path.open("rb") as file:
            found = file.read(most_bytes + 1)
    except OSError as error:
        raise Mistake(1, f"The file cannot be read: {error.strerror}.") from None
    if len(found) > most_bytes:
        raise Mistake(1, f"The file is too large: at most {most_bytes // 1000} kB are read.")
    return found
