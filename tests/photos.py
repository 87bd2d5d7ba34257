"""Photographs for tests: noise, in which every pixel counts and no two pictures are alike."""

from __future__ import annotations

from PIL import Image

SIZE = (64, 48)


def noise(size: tuple[int, int] = SIZE) -> Image.Image:
    """Another picture at each call, in mode RGB."""
    return Image.effect_noise(size, 40).convert("RGB")
