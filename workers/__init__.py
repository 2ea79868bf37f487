"""Background processes: the relay from outbox to queue, the jobs, and the schedule."""
