"""Files for any door: made once, spooled by content, sent with ranges, validators and digests, charged by the byte."""
