"""What the files of a run's folder are called; those that training writes have its names (a test holds that)."""

from __future__ import annotations

EXPERIMENT = "experiment.toml"
METRICS = "metrics.csv"
CHECKPOINT = "checkpoint.npz"
LEARNED = "learned.cir"
LEARNED_ARRAYS = "learned.npz"
PREDICTIONS = "predictions.npz"
ABOUT = "run.json"
VERIFICATION = "verification.json"
VERIFICATION_TABLE = "verification.csv"
WAVEFORMS = "verification.npz"
REPORT = "report.html"

ALL = (
    EXPERIMENT,
    METRICS,
    CHECKPOINT,
    LEARNED,
    LEARNED_ARRAYS,
    PREDICTIONS,
    ABOUT,
    VERIFICATION,
    VERIFICATION_TABLE,
    WAVEFORMS,
    REPORT,
)
