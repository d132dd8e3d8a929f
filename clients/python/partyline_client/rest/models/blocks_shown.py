from enum import StrEnum


class BlocksShown(StrEnum):
    OPEN = "open"
    SILENT = "silent"
    UNREACHABLE = "unreachable"

    def __str__(self) -> str:
        return str(self.value)
