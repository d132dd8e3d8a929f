from enum import StrEnum


class EventKind(StrEnum):
    ASSIGNMENT_CREATED = "assignment.created"
    ASSIGNMENT_RELEASED = "assignment.released"
    ENDPOINT_TEST = "endpoint.test"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_STATUS = "message.status"
    OPT_OUT_CHANGED = "opt_out.changed"
    QUARANTINE_HELD = "quarantine.held"
    STRANGER_NOT_CONNECTED = "stranger.not_connected"

    def __str__(self) -> str:
        return str(self.value)
