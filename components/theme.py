"""The palette: each colour means one thing everywhere. Canvases and Plotly read it from CSS
variables, so a theme changes in one place.

The colours were found by search: each pair is distinct (CIE Lab) for normal vision and for the
three common kinds of colour blindness, with a contrast of at least 3.2 to the theme's background.
"""

# meaning -> (light on #ffffff, dark on #14181f, projector on #ffffff). The projector palette, for
# bright rooms, has a contrast of at least 3:1 for marks and 4.5:1 for text, and no grid.
PALETTE: dict[str, tuple[str, str, str]] = {
    "background": ("#ffffff", "#14181f", "#ffffff"),
    "text": ("#1c2330", "#e6e9ef", "#000000"),
    "muted": ("#5d6675", "#a3acba", "#3b4350"),
    "line": ("#dfe3e9", "#343b47", "#868e9b"),
    "grid": ("#e6e9ee", "#2a303a", "#ffffff"),
    "path": ("#bc840d", "#faba34", "#8c5e0d"),
    "first": ("#1845c4", "#b0cafe", "#021a45"),
    "second": ("#51065d", "#ac2ce1", "#9d14c6"),
    "gradient": ("#641204", "#d85546", "#3b0a01"),
    "optimum": ("#0b9252", "#28fcbd", "#037a4c"),
    "data": ("#898d99", "#8f97ad", "#696f81"),
    # The two classes, and the ends of the scale of what a model predicts over the plane of its
    # inputs, whose middle is the background.
    "class-0": ("#b0432a", "#e67c67", "#8a2f12"),
    "class-1": ("#2e50e6", "#8fa6ff", "#14239e"),
    # Runs pinned for comparison. Each also has its own marker and dash.
    "pin-1": ("#378bfd", "#1f7bf9", "#005a45"),
    "pin-2": ("#e33282", "#f42695", "#d024b8"),
    "pin-3": ("#39170e", "#97f9a8", "#100627"),
    "pin-4": ("#010096", "#677217", "#810dff"),
    "too-slow": ("#c6ccd6", "#59626f", "#868e9b"),
    "converging": ("#5aa7e4", "#4c93cf", "#2a76b8"),
    "diverged": ("#8c1d12", "#b3423a", "#8c1d12"),
}
THEMES = ("light", "dark", "projector")
# The projector palette extends Bootstrap's light theme.
SELECTORS = (
    '[data-bs-theme="light"]',
    '[data-bs-theme="dark"]',
    '[data-bs-theme="light"][data-palette="projector"]',
)

# Plotly's Cividis: it reads the same to colour-blind eyes.
COLORSCALE = [
    [place / 9, color]
    for place, color in enumerate(
        (
            *("#00224e", "#123570", "#3b496c", "#575d6d", "#707173"),
            *("#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"),
        )
    )
]
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif'
FONT_SIZE = 12


def color(meaning: str) -> str:
    """The hex colour of a meaning in the light theme; the browser repaints for the other themes."""
    return PALETTE[meaning][0]


def css() -> str:
    """The palette as CSS variables, `--path` and so on, for every theme."""
    blocks = []
    for index, (theme, selector) in enumerate(zip(THEMES, SELECTORS, strict=True)):
        lines = "".join(f"--{meaning}:{colors[index]};" for meaning, colors in PALETTE.items())
        scheme = "dark" if theme == "dark" else "light"
        blocks.append(f"{selector}{{color-scheme:{scheme};{lines}}}")
    return "\n".join(blocks)
