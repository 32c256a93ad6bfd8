"""Bundles: what the gate admitted inside, carried to an instance outside that no connection leads in from.

`writing` makes a bundle inside, `checking` verifies one outside before anything of it is used, `applying` publishes it.
A bundle is a directory: `manifest.json` with its signature, the state as JSON Lines, and blobs in pieces of 64 MiB,
everything compressed with zstd and named in the manifest with size and SHA-256.
"""
