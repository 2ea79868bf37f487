"""Statutory duties (法定职责): the 3-workday report of article 25 and every other clock, with escalation."""
