from enum import StrEnum


class VerificationRule(StrEnum):
    CAPACITY = "capacity"
    COMMUNITY = "community"
    CONTACT = "contact"
    COOL_DOWN = "cool_down"
    DESK = "desk"
    DEVICE = "device"
    DEVICE_OWNER = "device_owner"
    DIRECTORY = "directory"
    HUB = "hub"
    HUB_TAG = "hub_tag"
    LEADS_ON = "leads_on"
    LOAD = "load"
    MEMBER = "member"
    MIRROR = "mirror"
    NOT_A_PHONE = "not_a_phone"
    NUMBER = "number"
    NUMBER_OF_ONE = "number_of_one"
    OWN_CONTACT = "own_contact"
    PAIR_AGREES = "pair_agrees"
    PAIR_KEY = "pair_key"
    PAIR_MEMORY = "pair_memory"
    PHONE_OF_ONE = "phone_of_one"
    POOL = "pool"
    ROUTE_KEY = "route_key"
    STOP_MARKED = "stop_marked"
    STOP_RESERVED = "stop_reserved"
    SWAP_MOVED = "swap_moved"
    TAG_OF_ONE = "tag_of_one"

    def __str__(self) -> str:
        return str(self.value)
