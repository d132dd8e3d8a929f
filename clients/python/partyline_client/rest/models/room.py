from enum import StrEnum


class Room(StrEnum):
    LITTLE = "little"
    NONE = "none"
    PLENTY = "plenty"

    def __str__(self) -> str:
        return str(self.value)
