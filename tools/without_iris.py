"""A pytest plugin that leaves out the checker of IRIs: notebooks have none, and its grammar takes seconds to load."""

import sys

# As if it were not installed, which jsonschema is ready for.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
