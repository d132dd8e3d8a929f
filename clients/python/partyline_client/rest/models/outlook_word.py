from enum import StrEnum


class OutlookWord(StrEnum):
    AROUND = "around"
    FULL = "full"
    NOT_WITHIN_A_YEAR = "not_within_a_year"
    TOO_LITTLE_HISTORY = "too_little_history"

    def __str__(self) -> str:
        return str(self.value)
