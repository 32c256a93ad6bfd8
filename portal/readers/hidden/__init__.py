"""What files hold besides the cells one sees."""
