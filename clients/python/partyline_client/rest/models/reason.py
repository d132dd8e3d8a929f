from enum import StrEnum


class Reason(StrEnum):
    APP_DENIED = "app_denied"
    APP_UNREACHABLE = "app_unreachable"
    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    BAD_TEXT = "bad_text"
    BLOCKED_BY_RECIPIENT = "blocked_by_recipient"
    BLOCKED_BY_SENDER = "blocked_by_sender"
    CARRIER_REFUSED = "carrier_refused"
    CARRIER_UNDELIVERED = "carrier_undelivered"
    DAY_CAP_REACHED = "day_cap_reached"
    DEADLINE_PASSED = "deadline_passed"
    DISCARDED = "discarded"
    NOT_OPTED_IN = "not_opted_in"
    NO_CARRIER = "no_carrier"
    NO_CONTACT = "no_contact"
    NO_DEVICE = "no_device"
    NO_VOICE = "no_voice"
    PAIR_BLOCKED = "pair_blocked"
    PAIR_RELEASED = "pair_released"
    RECIPIENT_FROZEN = "recipient_frozen"
    RECIPIENT_OPTED_OUT = "recipient_opted_out"
    SENDER_FROZEN = "sender_frozen"
    SENDER_OPTED_OUT = "sender_opted_out"
    TAG_MISSING = "tag_missing"
    TOO_OFTEN = "too_often"
    UNASSIGNED_NUMBER = "unassigned_number"
    UNKNOWN_SENDER = "unknown_sender"
    UNKNOWN_TAG = "unknown_tag"

    def __str__(self) -> str:
        return str(self.value)
