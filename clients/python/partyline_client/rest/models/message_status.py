from enum import StrEnum


class MessageStatus(StrEnum):
    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    DELIVERED = "delivered"
    EXPIRED = "expired"
    FAILED = "failed"
    HELD = "held"
    QUARANTINED = "quarantined"
    QUEUED = "queued"
    SENT = "sent"
    UNDELIVERED = "undelivered"

    def __str__(self) -> str:
        return str(self.value)
