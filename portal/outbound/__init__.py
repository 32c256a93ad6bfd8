"""The one guarded HTTP client for everything that leaves this machine."""

from portal.outbound.answers import Answer, StreamedAnswer
from portal.outbound.client import GuardedClient, OutboundLimits
from portal.outbound.errors import Blocked, OutboundError, TooLarge, TooSlow, Truncated, Unreachable
from portal.outbound.redaction import redact_url
from portal.outbound.retries import RetryRule

__all__ = [
    "Answer",
    "Blocked",
    "GuardedClient",
    "OutboundError",
    "OutboundLimits",
    "RetryRule",
    "StreamedAnswer",
    "TooLarge",
    "TooSlow",
    "Truncated",
    "Unreachable",
    "redact_url",
]
