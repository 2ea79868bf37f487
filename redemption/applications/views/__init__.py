"""Pages of applications: the draft (`apply`), its files (`materials`), the case (`cases`)."""

from redemption.applications.views import apply, cases, materials

blueprints = [apply.blueprint, materials.blueprint, cases.blueprint]
