"""Data sets: names go in, samples as arrays come out, split the same way for the same seed on every machine.

`dataset` samples and their split · `embedded` digits and iris from scikit-learn · `images` MNIST and Fashion-MNIST ·
`idx` their file format · `store` folders, cache, download · `table` numbers given in the experiment or as CSV ·
`loading` from an experiment's `[data]` to samples.
"""

from .dataset import Dataset, split
from .loading import load_dataset

__all__ = ["Dataset", "load_dataset", "split"]
