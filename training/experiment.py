"""An experiment: what is learned from which data by which rule. Facts of the circuit stand in the netlist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .dynamics.settings import Dynamics
from .hardware import Hardware
from .schema import REQUIRED, setting

DATASETS = (
    "digits",
    "iris",
    "two_moons",
    "mnist",
    "fashion_mnist",
    "silhouettes",
    "phase_digits",
    "challenges",
    "table",
)
SCALES = ("unit", "none", "range", "standard")
RULES = (
    "equilibrium",
    "agnostic",
    "coupled",
    "contrastive",
    "frequency",
    "adjoint",
    "implicit",
    "backpropagation",
)
VARIANTS = ("positive", "negative", "centred")
TARGETS = ("fixed", "means")
OPTIMISERS = ("sgd", "momentum", "adam")
LOSSES = ("squared", "periodic", "cross_entropy", "settling", "flip_bias", "own")
INITIALS = ("netlist", "constant", "uniform", "log_uniform", "fan_in")
ENGINES = ("auto", "layered", "generic", "nodal", "dynamic")


@dataclass(frozen=True)
class Data:
    """The samples. `train` and `test` keep that many (0: all); `test_fraction` splits sets that come in one piece.

    A `table` has `rows`, or a CSV `file` beside the experiment: inputs first, then `targets` columns, or one column
    with a class label when `classes` says how many there are. `two_moons` draws `samples` points with `noise`.
    `challenges` are `features` random bits; they and `phase_digits` draw as many samples as `train` and `test` ask for.
    """

    name: str = setting(REQUIRED, choices=DATASETS)
    train: int = setting(0, minimum=0)
    test: int = setting(0, minimum=0)
    test_fraction: float = setting(0.25, minimum=0, below=1)
    rows: tuple[tuple[float, ...], ...] = ()
    file: str = ""
    targets: int = setting(1, minimum=1)
    classes: int = setting(0, minimum=0)
    samples: int = setting(400, minimum=2)
    noise: float = setting(0.1, minimum=0)
    features: int = setting(32, minimum=1)


@dataclass(frozen=True)
class Encoding:
    """Numbers into volts: `gain` (volts), the scaling of features before it, each input with both signs if `signed`.

    A class becomes `high` volts at its own output and `low` at the others; numerical targets are volts as they stand.
    With `targets` = means a class becomes what its training samples give in the mean, computed anew before each epoch,
    and an answer is the class whose mean is nearest.
    """

    gain: float = setting(1.0, above=0)
    scale: str = setting("unit", choices=SCALES)
    signed: bool = False
    low: float = 0.0
    high: float = 1.0
    targets: str = setting("fixed", choices=TARGETS)


@dataclass(frozen=True)
class Rule:
    """The gradient estimator. `beta` is the nudging conductance in siemens; `sweeps` 0 means: to `tolerance`.

    `nudged_sweeps` 0 means as many as `sweeps`. `eta` is how far coupled learning clamps the outputs towards their
    targets, `samples` the steady states of a period of frequency propagation, `compliance` how far a coordinate gives
    way in agnostic equilibrium propagation, for a watt.
    """

    name: str = setting("equilibrium", choices=RULES)
    variant: str = setting("centred", choices=VARIANTS)
    beta: float = setting(1.0, above=0)
    sweeps: int = setting(0, minimum=0)
    nudged_sweeps: int = setting(0, minimum=0)
    eta: float = setting(0.1, above=0, maximum=1)
    samples: int = setting(8, minimum=3)
    compliance: float = setting(1.0, above=0)
    tolerance: float = setting(1e-10, above=0, below=1)


@dataclass(frozen=True)
class Loss:
    """½‖outputs − targets‖², where nothing moves; in time the mean of (outputs − targets)², the `periodic` distance of
    phase patterns, `cross_entropy`, the `flip_bias` of a fingerprint, or `own`, a function that `train(…, loss=…)` is
    given; `settling` is the mean of (outputs − targets)² over the last `window`, a share, of the whole time. The slope
    of `flip_bias` is taken over the share `watched` of it, half before the readout and half behind (0: at the readout).

    A numerical answer counts as an error when it is off by more than `tolerance` volts.
    """

    name: str = setting("squared", choices=LOSSES)
    tolerance: float = setting(0.05, above=0)
    window: float = setting(0.5, above=0, maximum=1)
    watched: float = setting(0.0, minimum=0, maximum=1)


@dataclass(frozen=True)
class Optimiser:
    """The step. `rate` for every target, unless a selector in `rates` names it; both times `decay` after each epoch."""

    name: str = setting("sgd", choices=OPTIMISERS)
    rate: float = setting(0.01, minimum=0)
    rates: Mapping[str, float] = field(default_factory=dict, metadata={"minimum": 0})
    decay: float = setting(1.0, above=0, maximum=1)
    momentum: float = setting(0.9, minimum=0, below=1)
    second: float = setting(0.999, minimum=0, below=1)
    epsilon: float = setting(1e-8, above=0)


@dataclass(frozen=True)
class Initial:
    """Where a trainable starts: as the netlist says, at `value`, between `low` and `high`, or U(±gain/√n_in).

    n_in is the number of lines on a crossbar's first bus; every draw is clipped into the trainable's range.
    """

    kind: str = setting("netlist", choices=INITIALS)
    value: float = 0.0
    low: float = 0.0
    high: float = 1.0
    gain: float = setting(1.0, above=0)


@dataclass(frozen=True)
class Training:
    """The loop. `batch` 0 is the whole training set at once; a last batch that is not full is left out of its pass.

    An epoch is one pass through the training set, or that many `steps`, each of a batch, wherever the pass then stands.
    `carry` starts each free phase from the previous batch's state; `engine` names who trains; `devices` of JAX share
    each batch evenly.
    """

    epochs: int = setting(10, minimum=0)
    batch: int = setting(4, minimum=0)
    steps: int = setting(0, minimum=0)
    shuffle: bool = True
    carry: bool = True
    engine: str = setting("auto", choices=ENGINES)
    devices: int = setting(1, minimum=1)
    evaluate_every: int = setting(1, minimum=1)
    checkpoint_every: int = setting(1, minimum=1)


@dataclass(frozen=True)
class Diodes:
    """What stands in the place of ideal diodes: a `model` of the netlist `library` beside the experiment, or nothing,
    which leaves them ideal. A run's own netlist has the diodes that it was trained with.
    """

    model: str = ""
    library: str = "lib/diodes.cir"


@dataclass(frozen=True)
class Experiment:
    """All of it. `netlist` is relative to `folder`, where the experiment's file lies."""

    netlist: str = setting(REQUIRED)
    title: str = ""
    seed: int = setting(0, minimum=0)
    data: Data = field(metadata={"required": True}, kw_only=True)
    encoding: Encoding = field(default_factory=Encoding)
    rule: Rule = field(default_factory=Rule)
    loss: Loss = field(default_factory=Loss)
    optimiser: Optimiser = field(default_factory=Optimiser)
    initial: Mapping[str, Initial] = field(default_factory=dict)
    training: Training = field(default_factory=Training)
    hardware: Hardware = field(default_factory=Hardware)
    diodes: Diodes = field(default_factory=Diodes)
    dynamics: Dynamics = field(default_factory=Dynamics)
    _file: Path | None = field(default=None, compare=False)

    @property
    def folder(self) -> Path:
        """The folder that `netlist` and `data.file` are relative to."""
        return self._file.parent if self._file else Path()

    @property
    def source(self) -> str:
        """The file as messages name it."""
        return str(self._file) if self._file else "experiment"
