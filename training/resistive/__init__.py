"""An ideal resistive circuit as differentiable JAX functions of its trainables, on batches of inputs, in float64.

`formula` and `values` trainables to element values · `physical` those values, and what learning reads from a state ·
`colouring` and `descent` sweeps by colours (exact states come from the solvers' batched network) · `model` all of it.
"""
