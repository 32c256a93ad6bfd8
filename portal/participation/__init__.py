"""What people who are not ours may do: object to what was published about them."""
