"""All mapped classes: importing them registers their tables on `Base.metadata`."""

from importlib import import_module

MODULES = (
    "portal.accounts.models",
    "portal.grants.models",
    "portal.bundles.models",
    "portal.catalogue.models",
    "portal.ingest.models",
    "portal.webhooks.models",
)


def load_models() -> None:
    for name in MODULES:
        import_module(name)
