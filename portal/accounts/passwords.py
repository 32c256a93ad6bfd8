"""Passwords: argon2id, and what a password must be.

Parameters are the second recommendation of OWASP's Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane): 20 threads of a
web process together stay below 400 MiB, and no more than four work at a time.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.kernel.errors import InvalidInput

SHORTEST = 12
LONGEST = 200
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$eUdXv1nGXXu09LGzgRezRw$0DyZtAwxAU55P8hIFRrq4aF3V779QkbG069YL2p5hm4"
"""Compared for who has no password, so that it takes as long; made of random signs that nobody kept."""
_AT_ONCE = threading.BoundedSemaphore(4)
_FEWEST_SIGNS = 5
# What people choose who are told to use twelve characters; of published lists of leaked passwords.
_COMMON = ("password", "qwertyuiop", "1234567890", "0123456789", "987654321", "woaini1314", "administrator", "letmein")


def hash_password(password: str) -> str:
    """The hash to store, with its salt and parameters in it."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(stored: str, presented: str) -> bool:
    """Whether it is the one. As slow for an account without a password, so that the time tells nothing."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(stored or NOBODYS, presented[: LONGEST + 1]) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's: make it anew at the next sign-in."""
    return _HASHER.check_needs_rehash(stored)


def check_password(password: str, *, email: str) -> None:
    """Raise InvalidInput when it is too short, too long or easily guessed. No rule about kinds of signs: NIST SP 800-63B."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(f"A password has {SHORTEST} to {LONGEST} characters.", parameter="password")
    plain = password.lower()
    name = email.partition("@")[0].lower()
    is_common = any(word in plain and len(plain) < len(word) + 6 for word in _COMMON)
    if len(set(plain)) < _FEWEST_SIGNS or is_common or (len(name) > 3 and plain.strip("0123456789!.@") == name):
        raise InvalidInput(
            "This password is easily guessed. Choose another, for instance four words.", parameter="password"
        )
