"""How fast the hot calls are: through the production server, beside the bare driver writing the same rows.

`make bench` runs it. It prints figures and asserts none: only ratios of one run can be compared.
"""
