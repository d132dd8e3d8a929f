from enum import StrEnum


class ReferenceFate(StrEnum):
    DROPPED = "dropped"
    KEPT = "kept"
    MEMBERS = "members"

    def __str__(self) -> str:
        return str(self.value)
