"""Submissions (申报单) and their applications (申报件): forms, drafts, materials, submit, correct, withdraw."""
