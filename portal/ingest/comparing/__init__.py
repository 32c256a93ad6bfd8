"""Compare with what is known and live, and put the case to the gate."""
