"""The web ground: one transaction a request, who may do what, errors as pages or problem+json, static files.

Imports no slice: `redemption.app` tells it who is signed in.
"""
