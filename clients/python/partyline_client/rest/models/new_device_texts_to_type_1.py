from enum import StrEnum


class NewDeviceTextsToType1(StrEnum):
    APP = "app"
    BOTH = "both"
    PHONE = "phone"

    def __str__(self) -> str:
        return str(self.value)
