"""One module a topic; a job takes ids, loads again, and may run twice without harm."""
