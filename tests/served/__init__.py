"""What a portal serves, gathered as a stranger would and put through the gate's own scan."""
