from enum import StrEnum


class ConflictSettlement(StrEnum):
    DROP = "drop"
    MOVE = "move"

    def __str__(self) -> str:
        return str(self.value)
