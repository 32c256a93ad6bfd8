"""What other doors serve, described here beside the API: one module for each kind of address.

A test holds that every route of the application that is no page is either described or named with the reason why not.
"""

import portal.api.outside.ckan_actions
import portal.api.outside.ckan_files
import portal.api.outside.feeds
import portal.api.outside.files
import portal.api.outside.harvesting
import portal.api.outside.linked  # noqa: F401 - importing declares the operations
