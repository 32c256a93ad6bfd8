"""Background work: Huey on SQLite or Redis. It wakes the worker; the database says what is to be done."""
