"""Four tileable textures, drawn from noise: rubber floor, brick, plaster, wood."""

import numpy as np
from numpy.typing import NDArray

TILE_PX = 512
RUBBER, BRICK, PLASTER, WOOD = range(4)
"""Layers of the texture array."""

Floats = NDArray[np.float64]


def _noise(rng: np.random.Generator) -> Floats:
    """Return (TILE_PX, TILE_PX) tileable noise of standard deviation 1, coarse to fine."""
    total = np.zeros((TILE_PX, TILE_PX))
    for octave in range(2, 8):
        cells = 2**octave
        grid = np.pad(rng.normal(size=(cells, cells)), ((0, 1), (0, 1)), mode="wrap")
        place = np.linspace(0, cells, TILE_PX, endpoint=False)
        low, share = place.astype(int), place % 1
        rows = grid[low] * (1 - share)[:, None] + grid[low + 1] * share[:, None]
        total += (rows[:, low] * (1 - share) + rows[:, low + 1] * share) / cells**0.8
    scaled: Floats = total / total.std()
    return scaled


def _rubber(rng: np.random.Generator) -> Floats:
    """Return a speckled rubber mat with a seam."""
    gray = 0.9 + 0.05 * _noise(rng)
    speckled = rng.random(gray.shape) > 0.985
    gray[speckled] = 0.9 + 0.9 * rng.random(int(speckled.sum()))
    gray[:3], gray[:, :3] = 0.4, 0.4
    return np.repeat(gray[..., None], 3, axis=2)


def _brick(rng: np.random.Generator) -> Floats:
    """Return a wall of sixteen courses of bricks."""
    image = np.full((TILE_PX, TILE_PX, 3), 0.62)
    height, width = TILE_PX // 16, TILE_PX // 6
    for course in range(16):
        for number in range(7):
            left = number * width - (course % 2) * width // 2
            tone = 0.75 + 0.12 * rng.normal()
            rows = slice(course * height + 2, (course + 1) * height - 2)
            columns = slice(max(left + 2, 0), max(left + width - 2, 0))
            image[rows, columns] = np.clip([tone, tone * 0.93, tone * 0.88], 0.4, 1.2)
    worn: Floats = image + 0.05 * _noise(rng)[..., None]
    return worn


def _plaster(rng: np.random.Generator) -> Floats:
    """Return a painted wall."""
    return np.repeat(0.95 + 0.035 * _noise(rng)[..., None], 3, axis=2)


def _wood(rng: np.random.Generator) -> Floats:
    """Return four boards with a grain."""
    columns = np.arange(TILE_PX)
    grain = 0.06 * np.sin(0.35 * columns + 3 * _noise(rng)) + 0.05 * _noise(rng)
    image: Floats = 0.85 + grain[..., None] * np.array([1.0, 0.9, 0.75])
    image[:, :: TILE_PX // 4] = 0.5
    return image


def draw_textures(rng: np.random.Generator) -> NDArray[np.uint8]:
    """(4, TILE_PX, TILE_PX, 3) textures in the order of their layer numbers; 255 stands for 1.2."""
    layers = np.stack([_rubber(rng), _brick(rng), _plaster(rng), _wood(rng)])
    return (np.clip(layers, 0, 1.2) / 1.2 * 255).astype(np.uint8)
