"""Pages of the workbench: the inbox, one case, outside experts, figures."""

from redemption.decisions.views import case, competing, examining, experts, inbox, statistics

blueprints = [
    inbox.blueprint,
    case.blueprint,
    examining.blueprint,
    competing.blueprint,
    experts.blueprint,
    statistics.blueprint,
]
