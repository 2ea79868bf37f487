"""Conditions as data: which items fit an enterprise and why, which enterprises fit an item."""
