"""Checks a callback's signature with the official library: JSON on stdin, an exit status."""

import json
import sys

from standardwebhooks import Webhook

asked = json.load(sys.stdin)
Webhook(asked["secret"]).verify(asked["body"], asked["headers"])
