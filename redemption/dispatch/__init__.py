"""Each application to the department that decides: routing, the adapter contract, delivery, redrive."""
