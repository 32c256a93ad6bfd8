"""The worker process: drains the outbox, closes the index's difference, makes files, runs harvests."""
