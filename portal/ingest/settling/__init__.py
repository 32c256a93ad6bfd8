"""A record's end: published, closed, sealed or cut, each in a transaction of its own."""
