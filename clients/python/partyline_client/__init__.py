"""The Partyline API.

`rest` is generated from the broker's OpenAPI document; the rest of this package is small and written by hand.
"""

from .events import EventStreamError, stream_events
from .problems import ApiError, unwrap
from .rest import AuthenticatedClient, Client
from .told import Event, Question, Unknown
from .webhooks import Webhook, WebhookError

__all__ = (
    "ApiError",
    "AuthenticatedClient",
    "Client",
    "Event",
    "EventStreamError",
    "Question",
    "Unknown",
    "Webhook",
    "WebhookError",
    "stream_events",
    "unwrap",
)
