"""The window clerk's pages."""

from redemption.desk.views import accounts, cases, entry, home, matters

blueprints = [home.blueprint, entry.blueprint, cases.blueprint, matters.blueprint, accounts.blueprint]
