"""Five digits of 10×6 pixels as phases in units of π, spoilt by noise: what a network of oscillators recognises.

Source: the oscillator pattern recogniser of Shem. A sample starts at its digit's pixel plus U(−½, ½); what is
wanted is the digit itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .dataset import Dataset

ROWS, COLUMNS = 10, 6
_PICTURES = (
    "011110 010010 110011 110011 100001 100001 110011 110011 010010 011110",
    "001100 011100 111100 001100 001100 001100 001100 001100 001100 111111",
    "011110 110011 000011 000011 000011 000110 001100 011000 111111 111111",
    "011110 100011 000011 000111 001110 001110 000111 000011 100011 011110",
    "000010 000110 001110 011010 110010 100010 111111 000010 000010 000010",
)
DIGITS = np.array([[int(pixel) for pixel in picture.replace(" ", "")] for picture in _PICTURES], float)
"""The digits 0 to 4 (5, 60), row by row."""

SPREAD = 0.5
TRAIN, TEST = 32768, 8192


def hebbian_weights(edges: Sequence[tuple[int, int]]) -> np.ndarray:
    """What Hebb's rule makes of the digits (edges,): the mean over them of +1 where both pixels are equal, else −1."""
    first, second = (DIGITS[:, list(ends)] for ends in zip(*edges, strict=True))
    return np.where(first == second, 1.0, -1.0).mean(axis=0)


def phase_digits(train: int, test: int, seed: int) -> Dataset:
    """That many samples (64 batches of 512, and 8192, where 0 is asked); the same seed draws the same ones."""
    random = np.random.default_rng([seed, 4])
    starts, wanted = [], []
    for count in (train or TRAIN, test or TEST):
        pictures = DIGITS[random.integers(0, len(DIGITS), count)]
        starts.append(pictures + random.uniform(-SPREAD, SPREAD, pictures.shape))
        wanted.append(pictures)
    return Dataset("phase_digits", starts[0], wanted[0], starts[1], wanted[1], 0, 1.0 + SPREAD)
