"""What a listing tells as a whole: its labels, what is new or gone, how much of it is open."""
