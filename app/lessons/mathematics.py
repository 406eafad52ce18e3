"""Which dollar signs in a text mean mathematics, and mathematics as plain text."""

import re
import unicodedata

# A fence to its end, or a span in the same number of backticks.
CODE = (
    r"^ {0,3}(?P<fence>`{3,}|~{3,})(?:.|\n)*?(?:^ {0,3}(?P=fence)|\Z)"
    r"|(?P<ticks>`+)(?!`)(?:[^\n]|\n(?!\s*\n))+?(?<!`)(?P=ticks)(?!`)"
)
# As Pandoc has it: $...$ begins and ends without a blank inside, and no digit follows. So $20 and
# $1680 are prices. A blank line ends a paragraph, and any mathematics with it.
MATHS = (
    r"\$\$(?:[^$\\]|\\.|\\\n)+\$\$"
    r"|\$(?![\s$])(?:[^$\\\n`]|\\.|\\?\n(?!\s*\n))+(?<!\s)\$(?![\d$])"
)
TOKEN = re.compile(
    rf"(?P<code>{CODE})|(?P<escaped>\\.)|(?P<maths>{MATHS})|(?P<dollars>\$+)", re.MULTILINE
)
COMMAND = re.compile(r"\\([A-Za-z]+) ?|\\?([{}])")
# What Unicode calls otherwise than LaTeX does.
SIGNS = {"lambda": "λ", "Lambda": "Λ", "times": "×", "cdot": "·", "to": "→", "neq": "≠", "le": "≤"}


def marked(text: str) -> tuple[str, bool]:
    """Markdown in which each dollar sign that is none of mathematics has a backslash before it, and
    whether there is any mathematics."""
    has_maths = False

    def escaped(found: re.Match[str]) -> str:
        nonlocal has_maths
        has_maths = has_maths or found.lastgroup == "maths"
        return found[0].replace("$", r"\$") if found.lastgroup == "dollars" else found[0]

    return TOKEN.sub(escaped, text), has_maths


def parts(title: str) -> list[tuple[str, bool]]:
    """The pieces of one line, and which of them are mathematics."""
    found: list[tuple[str, bool]] = []
    end = 0
    for token in TOKEN.finditer(title):
        if token.lastgroup == "maths":
            found += [(title[end : token.start()], False), (token[0], True)]
            end = token.end()
    found.append((title[end:], False))
    return [
        (text.replace(r"\$", "$") if not is_maths else text, is_maths)
        for text, is_maths in found
        if text
    ]


def plain(title: str) -> str:
    r"""A title where no formula can be drawn: $\theta$ becomes θ."""
    pieces = (
        COMMAND.sub(_sign, text.strip("$")) if is_maths else text for text, is_maths in parts(title)
    )
    return "".join(pieces)


def _sign(found: re.Match[str]) -> str:
    name = found[1]
    if not name:
        return ""
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    for known in (f"GREEK {size} LETTER {name}", name):
        try:
            return SIGNS.get(name) or unicodedata.lookup(known)
        except KeyError:
            continue
    return name
