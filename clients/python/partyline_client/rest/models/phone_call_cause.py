from enum import StrEnum


class PhoneCallCause(StrEnum):
    BUSY = "busy"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    FAILED = "failed"
    HUNG_UP = "hung_up"
    NO_ANSWER = "no_answer"
    OTHER_HUNG_UP = "other_hung_up"
    REFUSED = "refused"
    SHUTDOWN = "shutdown"
    UNREACHABLE = "unreachable"

    def __str__(self) -> str:
        return str(self.value)
