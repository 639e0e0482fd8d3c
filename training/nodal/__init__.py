"""Any circuit at rest as a `learner.Learner`: transistors, diodes, controlled sources, by modified nodal analysis.

`model` the circuit · `points` its operating points, which remember why one was not found · `names` what trainables,
inputs and outputs are called there · `nudging` the elements that pull and push outputs · `clamping` outputs held.
"""
