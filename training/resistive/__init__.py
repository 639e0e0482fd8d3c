"""An ideal resistive circuit as differentiable JAX functions of its trainables, on batches of inputs, in float64.

`structure` the wiring as index arrays · `equations` the KKT system and what learning reads · `newton` exact steady
states · `descent` sweeps by colours · `formula` and `values` trainables to element values · `model` all of it together.
"""
