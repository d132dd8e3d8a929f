from enum import StrEnum


class ImportKind(StrEnum):
    CONTACTS = "contacts"
    MEMBERS = "members"

    def __str__(self) -> str:
        return str(self.value)
