"""Colours contrast with the background (as WCAG 2.2 defines it) and with each other."""

from itertools import combinations

import numpy as np
import pytest

from components.theme import PALETTE, THEMES

MARKS = ("path", "first", "second", "gradient", "optimum", "data")
CLASSES = ("class-0", "class-1")
PINS = ("pin-1", "pin-2", "pin-3", "pin-4")
OUTCOMES = ("too-slow", "converging", "diverged", "line")
LEAST_CONTRAST = [
    *((name, theme, 4.5) for name in ("text", "muted") for theme in THEMES),
    *((name, theme, 3) for name in (*MARKS, *CLASSES, *PINS) for theme in THEMES),
    *((name, "projector", 3) for name in OUTCOMES),
    *((name, "projector", 4.5) for name in MARKS),
]


def linear_rgb(color: str) -> np.ndarray:
    parts = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(meaning: str, theme: str) -> float:
    index = THEMES.index(theme)
    shades = sorted(
        linear_rgb(PALETTE[name][index]) @ [0.2126, 0.7152, 0.0722]
        for name in (meaning, "background")
    )
    return (shades[1] + 0.05) / (shades[0] + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("text", "projector") == pytest.approx(21)


@pytest.mark.parametrize(("meaning", "theme", "least"), LEAST_CONTRAST)
def test_colour_has_the_contrast_of_its_use(meaning: str, theme: str, least: float) -> None:
    assert contrast(meaning, theme) >= least


# What the three colour-blindnesses make of linear RGB (Machado et al. 2009, severity 1).
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
    "tritanopia": np.array([
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
# Linear sRGB to XYZ, and the white that CIE Lab is relative to (D65).
TO_XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])


def seen(color: str, sight: str) -> np.ndarray:
    """The CIE Lab coordinates of a colour as seen with this kind of colour vision."""
    xyz = TO_XYZ @ np.clip(SIGHTS[sight] @ linear_rgb(color), 0, 1) / WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_white_has_the_lab_coordinates_100_0_0() -> None:
    assert seen("#ffffff", "normal") == pytest.approx([100, 0, 0], abs=0.02)


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(
    ("names", "theme", "least"),
    [
        *((("path", *PINS), theme, 30) for theme in THEMES),
        *((CLASSES, theme, 60) for theme in THEMES),
        *((MARKS[:5], theme, 22 if theme == "projector" else 25) for theme in THEMES),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else None,
)
def test_colours_seen_together_are_distinct_for_every_colour_vision(
    names: tuple[str, ...], theme: str, least: float, sight: str
) -> None:
    colors = {name: seen(PALETTE[name][THEMES.index(theme)], sight) for name in names}
    for one, other in combinations(names, 2):
        assert np.linalg.norm(colors[one] - colors[other]) >= least, (one, other)
