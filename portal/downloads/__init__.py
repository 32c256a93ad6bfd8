"""Files with Range, ETag and digests."""
