from enum import StrEnum


class OwnerSettlement(StrEnum):
    MERGE = "merge"
    TAKE = "take"

    def __str__(self) -> str:
        return str(self.value)
