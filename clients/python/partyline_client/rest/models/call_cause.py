from enum import StrEnum


class CallCause(StrEnum):
    BUSY = "busy"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    DECLINED = "declined"
    FAILED = "failed"
    HUNG_UP = "hung_up"
    INCOMPATIBLE = "incompatible"
    MAX_DURATION = "max_duration"
    MEDIA_LOST = "media_lost"
    NO_ANSWER = "no_answer"
    OUT_OF_CAPACITY = "out_of_capacity"
    PEER_LOST = "peer_lost"
    REFUSED = "refused"
    SHUTDOWN = "shutdown"
    UNREACHABLE = "unreachable"

    def __str__(self) -> str:
        return str(self.value)
