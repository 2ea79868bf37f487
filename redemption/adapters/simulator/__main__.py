"""`python -m redemption.adapters.simulator`."""

from redemption.adapters.simulator.main import main

main()
