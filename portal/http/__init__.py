"""What all doors share: locale, principal, errors, limits, security headers."""
