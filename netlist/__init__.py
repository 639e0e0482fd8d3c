"""Text and graph: a SPICE netlist goes in, a `Circuit` comes out, and back again without loss."""
