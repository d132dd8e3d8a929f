from enum import StrEnum


class FindByName(StrEnum):
    EVERYONE = "everyone"
    LISTED = "listed"
    NOBODY = "nobody"

    def __str__(self) -> str:
        return str(self.value)
