"""Parse, project, inspect, assemble: a delivery becomes parts exactly as the public would see them."""
