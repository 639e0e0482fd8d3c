"""The `[hardware]` section: which limits the measurement of voltages and the trainable devices have."""

from __future__ import annotations

from dataclasses import dataclass

from ..schema import setting

ROUNDINGS = ("nearest", "stochastic")
PLACES = ("start", "minimum", "maximum")


@dataclass(frozen=True)
class Hardware:
    """Limits while learning; the defaults are none. Fractions are of a trainable's range, in its own coordinate.

    `measurement_noise` (volts rms) is added to every reading of a node voltage, which is then rounded to one of
    2^`measurement_bits` codes from −`measurement_range` to `measurement_range` volts; with `measurement_wraps` voltages
    are phases, and those outside the range come in again at its other end. A device has `conductance_levels`
    equally spaced values. It moves up by (1 + a)(1 − s·w) of what the optimiser asks and down by (1 − a)(1 − s + s·w),
    where a is `update_asymmetry`, s `update_saturation` and w its place in its range from 0 to 1 (soft bounds; W.
    Haensch, T. Gokmen and R. Puri, Proc. IEEE 107:108, 2019). A request below `update_threshold` is lost;
    `update_noise` is each move's relative error (rms). `stuck_fraction` of all devices never move from `stuck_at`.
    """

    measurement_noise: float = setting(0.0, minimum=0)
    measurement_bits: int = setting(0, minimum=0, maximum=52)
    measurement_range: float = setting(0.0, minimum=0)
    measurement_wraps: bool = False
    conductance_levels: int = setting(0, minimum=0)
    level_rounding: str = setting("nearest", choices=ROUNDINGS)
    update_asymmetry: float = setting(0.0, minimum=-1, maximum=1)
    update_saturation: float = setting(0.0, minimum=0, maximum=1)
    update_threshold: float = setting(0.0, minimum=0, below=1)
    update_noise: float = setting(0.0, minimum=0)
    stuck_fraction: float = setting(0.0, minimum=0, maximum=1)
    stuck_at: str = setting("start", choices=PLACES)

    @property
    def limits_measurement(self) -> bool:
        """Whether voltages are read otherwise than they are."""
        return bool(self.measurement_noise or self.measurement_bits)

    @property
    def limits_updates(self) -> bool:
        """Whether devices move otherwise than the optimiser asks."""
        return self.limits_ranges or bool(self.update_asymmetry or self.update_noise or self.stuck_fraction)

    @property
    def limits_ranges(self) -> bool:
        """Whether a limit is counted in parts of a trainable's range, which must then be finite."""
        ends = self.stuck_fraction and self.stuck_at != "start"
        return bool(self.conductance_levels or self.update_saturation or self.update_threshold or ends)
