"""Demonstration data of our own writing: an invented city, its departments, enterprises, policies and cases.

`fill` fills an empty database through the same services that pages use, so that every number, document and audit
entry is real. Names, numbers and addresses are invented.
"""

from redemption.seed.filling import fill
from redemption.seed.world import ACCOUNTS, PASSWORD, World, build, simulator_secret

__all__ = ["ACCOUNTS", "PASSWORD", "World", "build", "fill", "simulator_secret"]
