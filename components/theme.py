"""Colours and words that mean one thing everywhere, as CSS variables: the canvas and Plotly's marks
read them, so a theme changes in one place.

The colours were found by search: each pair stays apart (CIE Lab) for normal sight and for the three
common colour-blindnesses, at a contrast of at least 3.2 on the theme's background.
"""

from __future__ import annotations

# meaning -> (light on #ffffff, dark on #14181f)
PALETTE: dict[str, tuple[str, str]] = {
    "background": ("#ffffff", "#14181f"),
    "text": ("#1c2330", "#e6e9ef"),
    "muted": ("#5d6675", "#a3acba"),
    "line": ("#dfe3e9", "#343b47"),
    "grid": ("#e6e9ee", "#2a303a"),
    "path": ("#bc840d", "#faba34"),
    "first": ("#1845c4", "#b0cafe"),
    "second": ("#51065d", "#ac2ce1"),
    "gradient": ("#641204", "#d85546"),
    "optimum": ("#0b9252", "#28fcbd"),
    "data": ("#898d99", "#61697f"),
    # Runs pinned for comparison; each also has a marker and a dash of its own.
    "pin-1": ("#0a7d8c", "#35c6d8"),
    "pin-2": ("#c2399a", "#ff8fdc"),
    "pin-3": ("#3f7d1e", "#9be564"),
    "pin-4": ("#7a4bd0", "#c3a6ff"),
    "too-slow": ("#c6ccd6", "#59626f"),
    "converging": ("#5aa7e4", "#4c93cf"),
    "oscillating": ("#efb02e", "#dca022"),
    "diverged": ("#8c1d12", "#b3423a"),
    "overflow": ("#5c0f08", "#8a2b25"),
    "stuck": ("#7b6a58", "#8d7c69"),
}
THEMES = ("light", "dark")

COLORSCALE = "Cividis"
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif'
FONT_SIZE = 12


def color(meaning: str) -> str:
    """The hex colour of a meaning in the light theme; the browser repaints for the other."""
    return PALETTE[meaning][0]


def css() -> str:
    """The palette as CSS variables, `--path` and so on, for both themes."""
    blocks = []
    for index, theme in enumerate(THEMES):
        lines = "".join(f"--{meaning}:{colors[index]};" for meaning, colors in PALETTE.items())
        blocks.append(f'[data-bs-theme="{theme}"]{{color-scheme:{theme};{lines}}}')
    return "\n".join(blocks)
