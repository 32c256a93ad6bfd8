"""A bundle as somebody reads it who finds the medium: its names, and its files opened and decompressed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.bundles.applying import take_bundle
from portal.bundles.keys import make_private_key
from portal.bundles.writing import make_bundle
from tests.served.embedded import Site
from tests.served.examining import Examination
from tests.served.opening import json_texts


@dataclass(frozen=True)
class Carrier:
    """Takes bundles that were signed inside."""

    public: Ed25519PublicKey

    def take(self, site: Site, bundle: Path) -> None:
        work = site.settings.var_dir / "work"
        take_bundle(site.parts.database, site.parts.store, self.public, bundle, datetime.now(UTC), work_dir=work)


def carry(site: Site, directory: Path) -> tuple[Path, Carrier]:
    """The whole catalogue as a bundle, and who can take it."""
    key = make_private_key(directory / "bundle-key")
    made = make_bundle(
        site.workshop.database, site.workshop.store, key, directory / "shelf", datetime.now(UTC), is_whole=True
    )
    assert made is not None
    return made.path, Carrier(key.public_key())


def take_bundle_files(examination: Examination, bundle: Path) -> int:
    """Every file of the bundle; how many."""
    names: dict[str, str] = {}
    for blob in json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))["blobs"]:
        names |= {piece["name"]: blob["key"].rsplit("/", 1)[-1] for piece in blob["pieces"]}
    paths = [path for path in sorted(bundle.rglob("*")) if path.is_file()]
    for path in paths:
        name, content = str(path.relative_to(bundle)), path.read_bytes()
        examination.take_text(f"bundle {name} name", name)
        if path.suffix != ".zst":
            examination.take_file(f"bundle {name}", content, "application/json" if name.endswith(".json") else "")
            continue
        with zstandard.ZstdDecompressor().stream_reader(content) as reader:
            content = reader.read()
        if name == "state.jsonl.zst":
            for line in content.decode().splitlines():
                for one in json_texts(json.loads(line)):
                    examination.take_text(f"bundle {name}", one)
        else:
            examination.take_file(f"bundle {name}", content, "", "", names.get(name, ""))
    return len(paths)
