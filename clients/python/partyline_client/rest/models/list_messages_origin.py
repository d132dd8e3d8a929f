from enum import StrEnum


class ListMessagesOrigin(StrEnum):
    APP = "app"
    NOTICE = "notice"
    PHONE = "phone"

    def __str__(self) -> str:
        return str(self.value)
