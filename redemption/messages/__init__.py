"""What the system tells people: in their space, by e-mail, by SMS; from templates, once each, with a log."""
