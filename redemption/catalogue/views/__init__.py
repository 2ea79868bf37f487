"""The editor's pages: policies and their items, drafts included. The public's pages are `catalogue.public`."""

from redemption.catalogue.views.exchange import blueprint as exchange
from redemption.catalogue.views.interpretations import blueprint as interpretations
from redemption.catalogue.views.items import blueprint as items
from redemption.catalogue.views.living import blueprint as living
from redemption.catalogue.views.policies import blueprint as policies
from redemption.catalogue.views.synonyms import blueprint as synonyms

blueprints = [policies, interpretations, items, living, exchange, synonyms]
