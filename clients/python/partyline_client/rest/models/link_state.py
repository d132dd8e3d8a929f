from enum import StrEnum


class LinkState(StrEnum):
    CONNECTING = "connecting"
    DOWN = "down"
    UP = "up"

    def __str__(self) -> str:
        return str(self.value)
