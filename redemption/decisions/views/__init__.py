"""Pages of the workbench: the inbox, one case, outside experts, figures."""

from redemption.decisions.views import case, experts, inbox, statistics

blueprints = [inbox.blueprint, case.blueprint, experts.blueprint, statistics.blueprint]
