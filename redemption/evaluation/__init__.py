"""Ratings (好差评) and their follow-up, and the yearly evaluation of policies (articles 36 to 38)."""
