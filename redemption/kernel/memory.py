"""How a long-lived process treats its garbage.

The application is some 300,000 objects that live as long as the process: models, routes, templates, compiled
statements. Python's collector would walk through them again and again, every 700 new objects, and find nothing
(measured: a tenth of the processor time of handing in an application).
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 20


def settle() -> None:
    """Set what is loaded aside for good and collect more rarely. Call once, when a process is ready to serve.

    What a request leaves in cycles waits a little longer: 50,000 objects are a few megabytes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
