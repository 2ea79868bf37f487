"""Pages of delivery: connections with their keys and tokens, dead letters, routes."""

from redemption.dispatch.views import connections, keys, letters, routes

blueprints = [connections.blueprint, keys.blueprint, letters.blueprint, routes.blueprint]
