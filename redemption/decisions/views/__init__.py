"""The department's workbench: inbox and case."""

from redemption.decisions.views.case import blueprint as case
from redemption.decisions.views.inbox import blueprint as inbox

blueprints = [inbox, case]
