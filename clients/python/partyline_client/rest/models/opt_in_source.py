from enum import StrEnum


class OptInSource(StrEnum):
    API = "api"
    IMPORT = "import"
    OTHER = "other"
    TEXT = "text"
    WEB_FORM = "web_form"

    def __str__(self) -> str:
        return str(self.value)
