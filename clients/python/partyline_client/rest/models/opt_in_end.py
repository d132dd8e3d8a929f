from enum import StrEnum


class OptInEnd(StrEnum):
    REVOKED = "revoked"
    STOP = "stop"

    def __str__(self) -> str:
        return str(self.value)
