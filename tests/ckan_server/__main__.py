"""`python -m tests.ckan_server DIRECTORY`."""

import sys

from tests.ckan_server.server import main

sys.exit(main())
