"""The command `report`: one snapshot as JSON, without a server and without the page."""

import json

from machine import snapshot

print(json.dumps(snapshot(), indent=2))
