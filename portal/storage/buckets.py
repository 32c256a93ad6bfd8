"""Make the bucket of an S3-compatible store, once, before the first start."""

from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import obstore
from obstore.store import S3Store as Bucket

from portal.storage.errors import StorageError

_EXISTS = {409}


def prepare_bucket(url: str, *, endpoint: str, key: str, secret: str) -> bool:
    """Create the bucket of `s3://bucket/prefix` unless it is there; whether it was created. Raises StorageError."""
    name = urlsplit(url).netloc
    bucket = Bucket(
        name,
        endpoint=endpoint,
        access_key_id=key,
        secret_access_key=secret,
        region="us-east-1",
        virtual_hosted_style_request=False,
        client_options={"allow_http": endpoint.startswith("http://")},
    )
    address = obstore.sign(bucket, "PUT", "", timedelta(minutes=5))
    try:
        answer = httpx.put(address, timeout=30, trust_env=False)
    except httpx.HTTPError as error:
        raise StorageError(f"The store at {endpoint} does not answer: {type(error).__name__}.") from error
    if answer.status_code in _EXISTS:
        return False
    if answer.status_code >= 300:
        raise StorageError(f"The store at {endpoint} refused to make the bucket {name!r}: status {answer.status_code}.")
    return True
