from enum import StrEnum


class SwapTelling(StrEnum):
    APP_ONLY = "app_only"
    FROZEN = "frozen"
    NOT_WANTED = "not_wanted"
    PHONE = "phone"
    SILENT = "silent"

    def __str__(self) -> str:
        return str(self.value)
