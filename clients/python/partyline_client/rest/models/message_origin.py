from enum import StrEnum


class MessageOrigin(StrEnum):
    APP = "app"
    NOTICE = "notice"
    PHONE = "phone"

    def __str__(self) -> str:
        return str(self.value)
