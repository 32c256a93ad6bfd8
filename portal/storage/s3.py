"""Blobs in an S3-compatible store, with a bounded cache of local copies for readers that need a file."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store as Bucket

from portal.storage.cache import FileCache
from portal.storage.errors import BlobNotFound, StorageError
from portal.storage.keys import checked_key
from portal.storage.placing import remove_leftovers
from portal.storage.protocol import Blob

_CHUNK_BYTES = 1 << 20


class S3Store:
    """One bucket and prefix (`s3://bucket/prefix`). The constructor connects to nothing."""

    def __init__(self, url: str, *, endpoint: str, key: str, secret: str, cache: FileCache) -> None:
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc:
            raise StorageError(f"store_url must read s3://bucket/prefix, not {url!r}.")
        self._name = url
        self._cache = cache
        self._bucket = Bucket(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            endpoint=endpoint or None,
            access_key_id=key,
            secret_access_key=secret,
            region="us-east-1",
            virtual_hosted_style_request=False,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": "60s", "connect_timeout": "5s"},
            retry_config={"max_retries": 3},
        )

    def put_file(self, key: str, path: Path) -> Blob:
        size = path.stat().st_size
        if not self.exists(key):
            try:
                obstore.put(self._bucket, key, path)
            except BaseError as error:
                raise self._away("stored", key) from error
        return Blob(key, size)

    def give_file(self, key: str, path: Path) -> Blob:
        blob = self.put_file(key, path)
        self._cache.adopt(key, path)
        return blob

    def exists(self, key: str) -> bool:
        try:
            self.size_bytes(key)
        except BlobNotFound:
            return False
        return True

    def size_bytes(self, key: str) -> int:
        try:
            return int(obstore.head(self._bucket, checked_key(key))["size"])
        except (NotFoundError, FileNotFoundError) as error:
            raise BlobNotFound(f"There is no blob {key} in {self._name}.") from error
        except BaseError as error:
            raise self._away("looked up", key) from error

    def read_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        end = min(start + length, self.size_bytes(key))
        return self._chunks(key, start, end)

    def local_path(self, key: str) -> Path:
        if (cached := self._cache.find(checked_key(key))) is not None:
            return cached
        size = self.size_bytes(key)
        return self._cache.keep(key, size, self._chunks(key, 0, size))

    def delete(self, key: str) -> None:
        try:
            obstore.delete(self._bucket, checked_key(key))
        except (NotFoundError, FileNotFoundError):
            pass
        except BaseError as error:
            raise self._away("deleted", key) from error
        self._cache.drop(key)

    def list_keys(self, prefix: str) -> Iterator[str]:
        # The store lists whole path segments; the rest of the prefix is compared here.
        folder = prefix.rsplit("/", 1)[0] if "/" in prefix else None
        try:
            for batch in obstore.list(self._bucket, folder):
                yield from sorted(str(entry["path"]) for entry in batch if str(entry["path"]).startswith(prefix))
        except BaseError as error:
            raise self._away("listed", prefix) from error

    def tidy(self) -> int:
        return remove_leftovers(self._cache.directory)

    def _chunks(self, key: str, start: int, end: int) -> Iterator[bytes]:
        while start < end:
            stop = min(start + _CHUNK_BYTES, end)
            try:
                chunk = obstore.get_range(self._bucket, key, start=start, end=stop).to_bytes()
            except BaseError as error:
                raise self._away("read", key) from error
            start += len(chunk)
            yield chunk

    def _away(self, what: str, key: str) -> StorageError:
        return StorageError(
            f"The blob {key} could not be {what} in {self._name}: the store does not answer as it should."
        )
