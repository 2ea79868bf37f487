"""JSON for policy makers: their own policies and items, drafts included. The public's is `catalogue.public.api`."""

from redemption.catalogue.api.exchange import blueprint as exchange
from redemption.catalogue.api.items import blueprint as items
from redemption.catalogue.api.policies import blueprint as policies

blueprints = [policies, items, exchange]
