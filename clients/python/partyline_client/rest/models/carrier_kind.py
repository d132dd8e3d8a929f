from enum import StrEnum


class CarrierKind(StrEnum):
    HTTP = "http"
    LOOPBACK = "loopback"
    SIP_TRUNK = "sip_trunk"
    SMPP = "smpp"
    SMPP_ACCOUNT = "smpp_account"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return str(self.value)
