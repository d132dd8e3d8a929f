from enum import StrEnum


class Refusal(StrEnum):
    REJECT = "reject"
    REPLY = "reply"
    SILENT = "silent"

    def __str__(self) -> str:
        return str(self.value)
