"""A pytest plugin that leaves out the checker of IRIs: notebooks have none, and its grammar takes seconds to load."""

import sys

sys.modules["rfc3987_syntax"] = None  # jsonschema goes on without it
