"""Crossbars in time: many couplings between two buses as a few products of dense matrices, exactly.

A coupling whose current is a sum of products f(row)·g(column), such as k·sin(a − b) = k·sin a·cos b − k·cos a·sin b,
needs no evaluation a crosspoint: the currents into all rows are f ∘ (K·g(columns)).

opening    which elements of a circuit learn, and which of its arrays can be taken as crossbars
coupling   the current of one crosspoint, and its co-content, as such products
ends       what the products read along a side: features of states, or what nothing in time moves
crossbar   all of them as arrays: currents into states, co-content
"""
