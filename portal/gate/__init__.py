"""What may be public. Pure: no I/O, no database, no clock. The only maker of `Admitted`."""

from portal.gate.verdicts import Admitted, Case, Held, JudgedPart, Reason, Refused, Release, Verdict

__all__ = ["Admitted", "Case", "Held", "JudgedPart", "Reason", "Refused", "Release", "Verdict"]
