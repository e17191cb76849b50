"""Measurements: `make bench`. Ratios and floors, not promises: wall times depend on the machine."""
