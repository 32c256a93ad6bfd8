"""The version of the rules. A new one makes every live record be judged again."""

GATE_VERSION = "3"
