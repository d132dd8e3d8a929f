from enum import StrEnum


class PhoneConflictKind(StrEnum):
    IN_USE = "in_use"
    REMEMBERED = "remembered"
    STOPPED = "stopped"

    def __str__(self) -> str:
        return str(self.value)
