from enum import StrEnum


class NewApiKeyScope(StrEnum):
    ADMIN = "admin"
    APP = "app"
    COMMUNITY = "community"

    def __str__(self) -> str:
        return str(self.value)
