"""Days and marks: when a row's day comes in the portal's time zone, and the secret that marks rows a person withdrew."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from portal.settings import Settings, SettingsError

_KEY_FILE = "row-withdrawals.key"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class RowKeeping:
    """The zone in which days begin, and where the key of the marks lies: among the worker's secrets, which no web process
    can read. Whoever has the database alone cannot tell whose rows were withdrawn."""

    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    secrets_dir: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> "RowKeeping":
        return cls(ZoneInfo(settings.time_zone), settings.effective_secrets_dir)

    def today(self, now: datetime) -> date:
        """The day that it is here."""
        return now.astimezone(self.zone).date()

    def beginning_of(self, day: date | None) -> datetime | None:
        """The instant at which a day begins here; None for none, and for days after all calendars."""
        if day is None or day.year >= 9999:
            return None
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def key(self) -> bytes:
        """The key of the marks, made on first use, readable by its owner alone. Losing it brings withdrawn rows back."""
        if self.secrets_dir is None:
            raise SettingsError("Withdrawn rows are marked with a key among the worker's secrets; no directory is set.")
        path = self.secrets_dir / _KEY_FILE
        if not path.exists():
            self.secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            own = path.with_name(f".{_KEY_FILE}.{secrets.token_hex(4)}.part")  # swept where a kill leaves it
            own.touch(mode=0o600)
            own.write_text(secrets.token_hex(_KEY_BYTES))
            try:
                path.hardlink_to(own)
            except FileExistsError:
                pass  # another process was first; its key holds for both
            finally:
                own.unlink()
        return bytes.fromhex(path.read_text().strip())
