"""Pages of data sharing: for the enterprise (`lookups`) and for the administrator (`registries`)."""

from redemption.applications.sharing.views import lookups, registries

blueprints = [lookups.blueprint, registries.blueprint]
