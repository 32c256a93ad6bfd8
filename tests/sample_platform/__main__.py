"""`python -m tests.sample_platform`, or `python <this folder>` from anywhere."""

import sys

if __package__:
    from tests.sample_platform.server import main
else:
    import importlib.util
    from pathlib import Path

    _here = Path(__file__).resolve().parent
    # Loaded as a package under a name of its own: the folders beside it have names of standard modules.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() not in {_here, _here.parent}]
    _spec = importlib.util.spec_from_file_location(
        "sample_platform", _here / "__init__.py", submodule_search_locations=[str(_here)]
    )
    if _spec is None:
        raise SystemExit("The folder of the sample platform is not whole.")
    sys.modules["sample_platform"] = importlib.util.module_from_spec(_spec)
    main = importlib.import_module("sample_platform.server").main

if __name__ == "__main__":
    sys.exit(main())
