from enum import StrEnum


class ChangeReason(StrEnum):
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    BLOCKED = "blocked"
    CHOSEN_BACK = "chosen_back"
    CONTACT_ADDED = "contact_added"
    HISTORY_BEGAN = "history_began"
    IMPORTED = "imported"
    MEMBER_REMOVED = "member_removed"
    MERGED = "merged"
    MOVED = "moved"
    MOVED_BACK = "moved_back"
    PHONE_JOINED = "phone_joined"
    PHONE_REPLACED = "phone_replaced"
    RECYCLED = "recycled"
    RELEASED = "released"
    STARTED = "started"
    STOPPED = "stopped"
    UNBLOCKED = "unblocked"

    def __str__(self) -> str:
        return str(self.value)
