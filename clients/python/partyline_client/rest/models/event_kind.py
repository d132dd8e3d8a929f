from enum import StrEnum


class EventKind(StrEnum):
    ASSIGNMENT_CREATED = "assignment.created"
    ASSIGNMENT_MOVED = "assignment.moved"
    ASSIGNMENT_RELEASED = "assignment.released"
    CALL_ANSWERED = "call.answered"
    CALL_ENDED = "call.ended"
    CALL_RINGING = "call.ringing"
    ENDPOINT_TEST = "endpoint.test"
    MEMBER_ERASED = "member.erased"
    MEMBER_TABLE_NEARLY_FULL = "member.table_nearly_full"
    MESSAGE_HELD = "message.held"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_STATUS = "message.status"
    OPT_OUT_CHANGED = "opt_out.changed"
    QUARANTINE_HELD = "quarantine.held"
    STRANGER_NOT_CONNECTED = "stranger.not_connected"

    def __str__(self) -> str:
        return str(self.value)
