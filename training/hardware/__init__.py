"""What real devices cannot do, as options of every rule: coarse and noisy voltages, coarse and uneven updates.

`limits` the `[hardware]` section · `meter` voltages as an instrument tells them · `devices` trainables as devices move.
"""

from .limits import Hardware

__all__ = ["Hardware"]
