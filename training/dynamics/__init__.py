"""Training circuits in time: oscillators, cellular networks and transmission lines under mismatch, noise and rounding.

    transforms     what the optimiser moves, and the values that hardware makes of it
    losses         what a response is worth
    responses      the metrics of physical unclonable functions
"""
