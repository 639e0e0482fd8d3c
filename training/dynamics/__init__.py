"""Training circuits in time: oscillators, cellular networks and transmission lines under mismatch, noise and rounding.

An experiment on a circuit with a `.tran` card comes in; a `Trainer` that the loop can run comes out.

    engine         from an experiment to the trainer that runs it
    settings       the [dynamics] section
    trainer        batches, dies, noise, a lesson a step; what did best, and what the circuit answers to the test
    lesson         one step as a compiled function: loss, slope, the coordinates after it
    circumstances  what passes between them and those who answer for the circuit
    simulation     what the circuit answers: all states in time
    stars          the same for linear stars, by their admittances
    equilibrium    the slope from a circuit that settles, nudged and free
    phases         how it settles, in time or down its energy, and whether it did; readings what is measured of it
    transforms     what the optimiser moves, and the values that hardware makes of it
    bank           all of them, by transform
    losses         what a batch of responses is worth
    responses      the metrics of physical unclonable functions

Nothing is imported here: the settings are read without JAX.
"""
