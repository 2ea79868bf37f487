"""A department with a system of its own, for demonstrations and tests: protocol v1 on both sides, faults by option.

A separate process: it shares the signing and the transport rules with nobody but the port, and keeps its cases in a
small SQLite file. `python -m redemption.adapters.simulator --help` shows the options.
"""
