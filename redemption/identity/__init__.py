"""Jurisdictions (市 区 街道), departments, offices, service centres, people with their roles, enterprises."""
