"""Pages of applications: the draft (`apply`), its files (`materials`), the case (`cases`), the form editor."""

from redemption.applications.views import apply, cases, form_editor, item_papers, materials, retention

blueprints = [
    apply.blueprint,
    materials.blueprint,
    cases.blueprint,
    form_editor.blueprint,
    item_papers.blueprint,
    retention.blueprint,
]
