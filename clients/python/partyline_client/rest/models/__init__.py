"""Contains all the data models used in inputs/outputs"""

from .api_key import ApiKey
from .api_key_page import ApiKeyPage
from .api_key_scope import ApiKeyScope
from .api_key_with_token import ApiKeyWithToken
from .assignment import Assignment
from .assignment_page import AssignmentPage
from .capability import Capability
from .community import Community
from .community_edit import CommunityEdit
from .community_page import CommunityPage
from .contact import Contact
from .contact_edit import ContactEdit
from .contact_page import ContactPage
from .decision import Decision
from .decision_outcome import DecisionOutcome
from .device import Device
from .device_kind import DeviceKind
from .device_page import DevicePage
from .device_texts_to_type_1 import DeviceTextsToType1
from .get_openapi_response_200 import GetOpenapiResponse200
from .health import Health
from .loopback_inbox import LoopbackInbox
from .loopback_verdict import LoopbackVerdict
from .loopback_verdict_verdict import LoopbackVerdictVerdict
from .member import Member
from .member_edit import MemberEdit
from .member_page import MemberPage
from .message import Message
from .message_encoding import MessageEncoding
from .message_origin import MessageOrigin
from .message_page import MessagePage
from .message_status import MessageStatus
from .new_api_key import NewApiKey
from .new_api_key_scope import NewApiKeyScope
from .new_community import NewCommunity
from .new_contact import NewContact
from .new_device import NewDevice
from .new_loopback_text import NewLoopbackText
from .new_member import NewMember
from .new_message import NewMessage
from .new_number import NewNumber
from .new_pool import NewPool
from .number_edit import NumberEdit
from .number_state import NumberState
from .on_silence import OnSilence
from .origin import Origin
from .policy import Policy
from .policy_patch import PolicyPatch
from .pool import Pool
from .pool_number import PoolNumber
from .pool_number_page import PoolNumberPage
from .pool_page import PoolPage
from .problem import Problem
from .readiness import Readiness
from .reason import Reason
from .received_text import ReceivedText
from .refusal import Refusal
from .when_full import WhenFull

__all__ = (
    "ApiKey",
    "ApiKeyPage",
    "ApiKeyScope",
    "ApiKeyWithToken",
    "Assignment",
    "AssignmentPage",
    "Capability",
    "Community",
    "CommunityEdit",
    "CommunityPage",
    "Contact",
    "ContactEdit",
    "ContactPage",
    "Decision",
    "DecisionOutcome",
    "Device",
    "DeviceKind",
    "DevicePage",
    "DeviceTextsToType1",
    "GetOpenapiResponse200",
    "Health",
    "LoopbackInbox",
    "LoopbackVerdict",
    "LoopbackVerdictVerdict",
    "Member",
    "MemberEdit",
    "MemberPage",
    "Message",
    "MessageEncoding",
    "MessageOrigin",
    "MessagePage",
    "MessageStatus",
    "NewApiKey",
    "NewApiKeyScope",
    "NewCommunity",
    "NewContact",
    "NewDevice",
    "NewLoopbackText",
    "NewMember",
    "NewMessage",
    "NewNumber",
    "NewPool",
    "NumberEdit",
    "NumberState",
    "OnSilence",
    "Origin",
    "Policy",
    "PolicyPatch",
    "Pool",
    "PoolNumber",
    "PoolNumberPage",
    "PoolPage",
    "Problem",
    "Readiness",
    "Reason",
    "ReceivedText",
    "Refusal",
    "WhenFull",
)
