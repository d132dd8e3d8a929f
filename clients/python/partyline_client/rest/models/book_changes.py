from enum import StrEnum


class BookChanges(StrEnum):
    SILENT = "silent"
    TEXT = "text"

    def __str__(self) -> str:
        return str(self.value)
