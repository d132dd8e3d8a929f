from enum import StrEnum


class LoopbackVerdictVerdict(StrEnum):
    BRIDGED = "bridged"
    DUPLICATE = "duplicate"
    KEYWORD = "keyword"
    QUARANTINED = "quarantined"
    REFUSED = "refused"

    def __str__(self) -> str:
        return str(self.value)
