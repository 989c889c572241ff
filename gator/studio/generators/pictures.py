"""Draws a quiet landscape from a seed: sky, sun and hills in the colours of one persona."""

import io
import math
import random
import zlib

from PIL import Image, ImageDraw

# Sky above, sky below, sun, hills from far to near.
PALETTES: tuple[tuple[str, ...], ...] = (
    ("#22577a", "#f7b267", "#fff1d0", "#7d8597", "#4a5f76", "#23395b"),
    ("#f6bd60", "#f28482", "#fffaf0", "#c97b84", "#84586f", "#4a3b55"),
    ("#a8dadc", "#f1faee", "#ffd166", "#74a892", "#4f8a7b", "#2a5a57"),
    ("#2b2d42", "#8d99ae", "#edf2f4", "#5c677d", "#3d465c", "#1f2336"),
    ("#ffcdb2", "#ffb4a2", "#fff8f0", "#e5989b", "#b5838d", "#6d6875"),
    ("#bde0fe", "#fefae0", "#faedcd", "#a3b18a", "#588157", "#344e41"),
)
SIZES: tuple[tuple[int, int], ...] = ((1080, 1350), (1080, 1080))
# Drawn at a third and enlarged: nine times fewer points to paint, and the edges come out soft.
SCALE = 3
QUALITY = 72


def draw(seed: int, *, persona: str) -> bytes:
    """A JPEG of 1080 by 1350 or 1080 by 1080, the same for the same seed and persona."""
    rng = random.Random(f"picture:{seed}")
    palette = PALETTES[zlib.crc32(persona.encode()) % len(PALETTES)]
    size = rng.choice(SIZES)
    picture = _sky((size[0] // SCALE, size[1] // SCALE), palette[0], palette[1])
    brush = ImageDraw.Draw(picture)
    _sun(brush, picture.size, palette[2], rng)
    for layer, colour in enumerate(palette[3:]):
        brush.polygon(_hills(picture.size, layer, rng), fill=colour)
    return _jpeg(picture.resize(size, Image.Resampling.BILINEAR))


def _sky(size: tuple[int, int], top: str, bottom: str) -> Image.Image:
    gradient = Image.new("RGB", (1, 2))
    gradient.putpixel((0, 0), _rgb(top))
    gradient.putpixel((0, 1), _rgb(bottom))
    return gradient.resize(size, Image.Resampling.BICUBIC)


def _sun(brush: ImageDraw.ImageDraw, size: tuple[int, int], colour: str, rng: random.Random) -> None:
    width, height = size
    radius = width * rng.uniform(0.06, 0.13)
    x, y = width * rng.uniform(0.2, 0.8), height * rng.uniform(0.18, 0.48)
    brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _hills(size: tuple[int, int], layer: int, rng: random.Random) -> list[tuple[float, float]]:
    width, height = size
    level = height * (0.58 + 0.14 * layer)
    swells = [(rng.uniform(0.6, 2.4), rng.uniform(0, math.tau), height * rng.uniform(0.01, 0.05)) for _ in range(3)]
    ridge = [
        (
            float(x),
            level + sum(tall * math.sin(many * math.tau * x / width + at) for many, at, tall in swells),
        )
        for x in range(0, width + 6, 6)
    ]
    return [*ridge, (float(width), float(height)), (0.0, float(height))]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
