"""Which rows name the columns, which are data, and which are neither."""
