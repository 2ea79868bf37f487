"""Questions and answers (政策问答), the knowledge base, and the duty to answer (articles 29 to 31)."""
