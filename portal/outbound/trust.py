"""Which certificate authorities are believed: those of the operating system."""

import ssl

import certifi


def trusted_context() -> ssl.SSLContext:
    """A verifying TLS context. OpenSSL's own `SSL_CERT_FILE` adds a government authority; Mozilla's list stands in
    where the system has none.
    """
    context = ssl.create_default_context()
    if not context.get_ca_certs():
        context.load_verify_locations(cafile=certifi.where())
    return context
