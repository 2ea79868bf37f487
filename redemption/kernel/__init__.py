"""What every part stands on, without a word of the domain: transactions, outbox, audit, clock, workdays."""
