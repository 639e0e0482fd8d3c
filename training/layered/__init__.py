"""Training of deep resistive networks at the speed of memory.

`kernels` are the passes over the crossbars, `relaxation` the sweeps for small batches, `propagation` a whole epoch of
equilibrium propagation in one compiled loop; `fused` drives them. `scan` does the same and every other rule of
`gradients` through JAX, on any device. `shape` is what both read from a circuit.
"""
