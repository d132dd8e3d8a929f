"""Contains all the data models used in inputs/outputs"""

from .above_day_cap import AboveDayCap
from .added_numbers import AddedNumbers
from .admin_role import AdminRole
from .admin_user import AdminUser
from .admin_user_edit import AdminUserEdit
from .admin_user_page import AdminUserPage
from .admin_user_with_link import AdminUserWithLink
from .allow_answer import AllowAnswer
from .api_key import ApiKey
from .api_key_page import ApiKeyPage
from .api_key_scope import ApiKeyScope
from .api_key_with_token import ApiKeyWithToken
from .assignment import Assignment
from .assignment_changed import AssignmentChanged
from .assignment_changed_page import AssignmentChangedPage
from .assignment_created_data import AssignmentCreatedData
from .assignment_created_event import AssignmentCreatedEvent
from .assignment_moved_data import AssignmentMovedData
from .assignment_moved_event import AssignmentMovedEvent
from .assignment_page import AssignmentPage
from .assignment_released_data import AssignmentReleasedData
from .assignment_released_event import AssignmentReleasedEvent
from .audit_entry import AuditEntry
from .audit_entry_page import AuditEntryPage
from .block import Block
from .block_page import BlockPage
from .blocks_shown import BlocksShown
from .book_changes import BookChanges
from .book_link import BookLink
from .book_link_page import BookLinkPage
from .book_link_with_url import BookLinkWithUrl
from .bulk_result import BulkResult
from .bulk_row import BulkRow
from .bulk_row_status import BulkRowStatus
from .call import Call
from .call_answered_data import CallAnsweredData
from .call_answered_event import CallAnsweredEvent
from .call_cause import CallCause
from .call_detail import CallDetail
from .call_ended_by import CallEndedBy
from .call_ended_data import CallEndedData
from .call_ended_event import CallEndedEvent
from .call_leg import CallLeg
from .call_origin import CallOrigin
from .call_page import CallPage
from .call_quality import CallQuality
from .call_ringing_data import CallRingingData
from .call_ringing_event import CallRingingEvent
from .call_state import CallState
from .call_step import CallStep
from .callback_endpoint import CallbackEndpoint
from .callback_endpoint_page import CallbackEndpointPage
from .callback_endpoint_state import CallbackEndpointState
from .campaign import Campaign
from .campaign_edit import CampaignEdit
from .campaign_page import CampaignPage
from .capability import Capability
from .capability_needs import CapabilityNeeds
from .capacity import Capacity
from .capacity_change import CapacityChange
from .capacity_what_if import CapacityWhatIf
from .carrier import Carrier
from .carrier_brief import CarrierBrief
from .carrier_health import CarrierHealth
from .carrier_kind import CarrierKind
from .carrier_link import CarrierLink
from .carrier_state import CarrierState
from .carrier_texts import CarrierTexts
from .carrier_view import CarrierView
from .change_reason import ChangeReason
from .changed_by import ChangedBy
from .community import Community
from .community_edit import CommunityEdit
from .community_page import CommunityPage
from .conflict_settlement import ConflictSettlement
from .connect_answer import ConnectAnswer
from .contact import Contact
from .contact_edit import ContactEdit
from .contact_page import ContactPage
from .day import Day
from .decision import Decision
from .decision_outcome import DecisionOutcome
from .delivery import Delivery
from .delivery_attempt import DeliveryAttempt
from .delivery_detail import DeliveryDetail
from .delivery_page import DeliveryPage
from .delivery_state import DeliveryState
from .deny_answer import DenyAnswer
from .device import Device
from .device_edit import DeviceEdit
from .device_edit_texts_to import DeviceEditTextsTo
from .device_kind import DeviceKind
from .device_page import DevicePage
from .device_texts_to_type_1 import DeviceTextsToType1
from .digest import Digest
from .digest_counts import DigestCounts
from .digest_second import DigestSecond
from .digest_second_counts import DigestSecondCounts
from .endpoint_edit import EndpointEdit
from .endpoint_test_data import EndpointTestData
from .endpoint_test_event import EndpointTestEvent
from .endpoint_with_secret import EndpointWithSecret
from .erase import Erase
from .erased import Erased
from .event_kind import EventKind
from .exported_community import ExportedCommunity
from .field_change import FieldChange
from .fill_band import FillBand
from .find_by_name import FindByName
from .first_sign_in import FirstSignIn
from .former_owner import FormerOwner
from .get_openapi_response_200 import GetOpenapiResponse200
from .health import Health
from .held_message import HeldMessage
from .hub_contact import HubContact
from .hub_contact_page import HubContactPage
from .import_ import Import
from .import_failure_type_1 import ImportFailureType1
from .import_kind import ImportKind
from .import_mode import ImportMode
from .import_page import ImportPage
from .import_state import ImportState
from .interaction import Interaction
from .interaction_kind import InteractionKind
from .interaction_origin import InteractionOrigin
from .interaction_page import InteractionPage
from .late_replies import LateReplies
from .latency import Latency
from .leg_quality import LegQuality
from .link_state import LinkState
from .list_messages_origin import ListMessagesOrigin
from .loopback_inbox import LoopbackInbox
from .loopback_verdict import LoopbackVerdict
from .loopback_verdict_verdict import LoopbackVerdictVerdict
from .member import Member
from .member_capacity import MemberCapacity
from .member_capacity_page import MemberCapacityPage
from .member_edit import MemberEdit
from .member_erased_data import MemberErasedData
from .member_erased_event import MemberErasedEvent
from .member_export import MemberExport
from .member_export_address_book_item import MemberExportAddressBookItem
from .member_export_blocks_item import MemberExportBlocksItem
from .member_export_book_links_item import MemberExportBookLinksItem
from .member_export_calls_item import MemberExportCallsItem
from .member_export_contact_history_item import MemberExportContactHistoryItem
from .member_export_contacts_item import MemberExportContactsItem
from .member_export_device_history_item import MemberExportDeviceHistoryItem
from .member_export_former_names_item import MemberExportFormerNamesItem
from .member_export_media_item import MemberExportMediaItem
from .member_export_messages_item import MemberExportMessagesItem
from .member_export_opt_ins_item import MemberExportOptInsItem
from .member_export_opt_outs_item import MemberExportOptOutsItem
from .member_page import MemberPage
from .message import Message
from .message_encoding import MessageEncoding
from .message_held_data import MessageHeldData
from .message_held_event import MessageHeldEvent
from .message_intercept_data import MessageInterceptData
from .message_intercept_question import MessageInterceptQuestion
from .message_origin import MessageOrigin
from .message_page import MessagePage
from .message_received_data import MessageReceivedData
from .message_received_event import MessageReceivedEvent
from .message_rehearsal import MessageRehearsal
from .message_rehearsal_encoding import MessageRehearsalEncoding
from .message_status import MessageStatus
from .message_status_data import MessageStatusData
from .message_status_event import MessageStatusEvent
from .message_step import MessageStep
from .message_steps import MessageSteps
from .missed_calls import MissedCalls
from .moved_message import MovedMessage
from .needed import Needed
from .new_admin_user import NewAdminUser
from .new_api_key import NewApiKey
from .new_api_key_scope import NewApiKeyScope
from .new_block import NewBlock
from .new_book_link import NewBookLink
from .new_call import NewCall
from .new_campaign import NewCampaign
from .new_community import NewCommunity
from .new_contact import NewContact
from .new_contacts import NewContacts
from .new_contacts_mode import NewContactsMode
from .new_device import NewDevice
from .new_device_kind_type_1 import NewDeviceKindType1
from .new_device_texts_to_type_1 import NewDeviceTextsToType1
from .new_endpoint import NewEndpoint
from .new_import import NewImport
from .new_import_format import NewImportFormat
from .new_import_kind import NewImportKind
from .new_import_mode import NewImportMode
from .new_loopback_text import NewLoopbackText
from .new_member import NewMember
from .new_message import NewMessage
from .new_number import NewNumber
from .new_opt_in import NewOptIn
from .new_pool import NewPool
from .new_secret import NewSecret
from .new_swap import NewSwap
from .new_verification import NewVerification
from .not_connected import NotConnected
from .number_edit import NumberEdit
from .number_group import NumberGroup
from .number_health import NumberHealth
from .number_state import NumberState
from .number_traffic import NumberTraffic
from .number_traffic_page import NumberTrafficPage
from .on_silence import OnSilence
from .opt_in import OptIn
from .opt_in_end import OptInEnd
from .opt_in_page import OptInPage
from .opt_in_source import OptInSource
from .opt_out import OptOut
from .opt_out_changed_data import OptOutChangedData
from .opt_out_changed_event import OptOutChangedEvent
from .opt_out_page import OptOutPage
from .origin import Origin
from .outlook_word import OutlookWord
from .overview import Overview
from .owner_settlement import OwnerSettlement
from .pair_traffic import PairTraffic
from .pair_way import PairWay
from .password_change import PasswordChange
from .phone_change import PhoneChange
from .phone_conflict import PhoneConflict
from .phone_conflict_kind import PhoneConflictKind
from .phone_replacement import PhoneReplacement
from .planned_move import PlannedMove
from .planned_pool_file import PlannedPoolFile
from .policy import Policy
from .policy_patch import PolicyPatch
from .pool import Pool
from .pool_change_type_0 import PoolChangeType0
from .pool_change_type_0_change import PoolChangeType0Change
from .pool_change_type_1 import PoolChangeType1
from .pool_change_type_1_change import PoolChangeType1Change
from .pool_change_type_2 import PoolChangeType2
from .pool_change_type_2_change import PoolChangeType2Change
from .pool_change_type_3 import PoolChangeType3
from .pool_change_type_3_change import PoolChangeType3Change
from .pool_change_type_4 import PoolChangeType4
from .pool_change_type_4_change import PoolChangeType4Change
from .pool_change_type_5 import PoolChangeType5
from .pool_change_type_5_change import PoolChangeType5Change
from .pool_change_type_6 import PoolChangeType6
from .pool_change_type_6_change import PoolChangeType6Change
from .pool_change_type_7 import PoolChangeType7
from .pool_change_type_7_change import PoolChangeType7Change
from .pool_change_type_8 import PoolChangeType8
from .pool_change_type_8_change import PoolChangeType8Change
from .pool_change_type_9 import PoolChangeType9
from .pool_change_type_9_change import PoolChangeType9Change
from .pool_change_type_10 import PoolChangeType10
from .pool_change_type_10_change import PoolChangeType10Change
from .pool_file_order import PoolFileOrder
from .pool_file_text import PoolFileText
from .pool_fill import PoolFill
from .pool_number import PoolNumber
from .pool_number_page import PoolNumberPage
from .pool_page import PoolPage
from .pool_plan import PoolPlan
from .problem import Problem
from .problem_rows_item import ProblemRowsItem
from .quarantine_held_data import QuarantineHeldData
from .quarantine_held_event import QuarantineHeldEvent
from .quarantine_release import QuarantineRelease
from .re_paired import RePaired
from .re_pairing import RePairing
from .readiness import Readiness
from .reason import Reason
from .received_text import ReceivedText
from .reference_fate import ReferenceFate
from .refusal import Refusal
from .refused_row import RefusedRow
from .refused_row_page import RefusedRowPage
from .region_needs import RegionNeeds
from .release import Release
from .release_page import ReleasePage
from .release_state import ReleaseState
from .replayed import Replayed
from .rewrite_answer import RewriteAnswer
from .room import Room
from .route import Route
from .runs_out import RunsOut
from .secret_rotation import SecretRotation
from .sent_message import SentMessage
from .session import Session
from .session_user import SessionUser
from .settled_conflict import SettledConflict
from .sign_in import SignIn
from .step_word import StepWord
from .stranger_calling_data import StrangerCallingData
from .stranger_calling_question import StrangerCallingQuestion
from .stranger_not_connected_data import StrangerNotConnectedData
from .stranger_not_connected_event import StrangerNotConnectedEvent
from .stranger_unknown_data import StrangerUnknownData
from .stranger_unknown_question import StrangerUnknownQuestion
from .swap import Swap
from .swap_hub import SwapHub
from .swap_move import SwapMove
from .swap_move_page import SwapMovePage
from .swap_number import SwapNumber
from .swap_page import SwapPage
from .swap_plan import SwapPlan
from .swap_state import SwapState
from .swap_targets import SwapTargets
from .swap_telling import SwapTelling
from .swap_told import SwapTold
from .table_nearly_full_data import TableNearlyFullData
from .table_nearly_full_event import TableNearlyFullEvent
from .tight import Tight
from .totp_code import TotpCode
from .totp_removal import TotpRemoval
from .totp_secret import TotpSecret
from .trouble import Trouble
from .trunk_calls import TrunkCalls
from .unmanaged import Unmanaged
from .verification import Verification
from .verification_counts import VerificationCounts
from .verification_offender import VerificationOffender
from .verification_page import VerificationPage
from .verification_report import VerificationReport
from .verification_report_body import VerificationReportBody
from .verification_rule import VerificationRule
from .verification_rule_count import VerificationRuleCount
from .verification_signature import VerificationSignature
from .verification_state import VerificationState
from .when_full import WhenFull

__all__ = (
    "AboveDayCap",
    "AddedNumbers",
    "AdminRole",
    "AdminUser",
    "AdminUserEdit",
    "AdminUserPage",
    "AdminUserWithLink",
    "AllowAnswer",
    "ApiKey",
    "ApiKeyPage",
    "ApiKeyScope",
    "ApiKeyWithToken",
    "Assignment",
    "AssignmentChanged",
    "AssignmentChangedPage",
    "AssignmentCreatedData",
    "AssignmentCreatedEvent",
    "AssignmentMovedData",
    "AssignmentMovedEvent",
    "AssignmentPage",
    "AssignmentReleasedData",
    "AssignmentReleasedEvent",
    "AuditEntry",
    "AuditEntryPage",
    "Block",
    "BlockPage",
    "BlocksShown",
    "BookChanges",
    "BookLink",
    "BookLinkPage",
    "BookLinkWithUrl",
    "BulkResult",
    "BulkRow",
    "BulkRowStatus",
    "Call",
    "CallAnsweredData",
    "CallAnsweredEvent",
    "CallbackEndpoint",
    "CallbackEndpointPage",
    "CallbackEndpointState",
    "CallCause",
    "CallDetail",
    "CallEndedBy",
    "CallEndedData",
    "CallEndedEvent",
    "CallLeg",
    "CallOrigin",
    "CallPage",
    "CallQuality",
    "CallRingingData",
    "CallRingingEvent",
    "CallState",
    "CallStep",
    "Campaign",
    "CampaignEdit",
    "CampaignPage",
    "Capability",
    "CapabilityNeeds",
    "Capacity",
    "CapacityChange",
    "CapacityWhatIf",
    "Carrier",
    "CarrierBrief",
    "CarrierHealth",
    "CarrierKind",
    "CarrierLink",
    "CarrierState",
    "CarrierTexts",
    "CarrierView",
    "ChangedBy",
    "ChangeReason",
    "Community",
    "CommunityEdit",
    "CommunityPage",
    "ConflictSettlement",
    "ConnectAnswer",
    "Contact",
    "ContactEdit",
    "ContactPage",
    "Day",
    "Decision",
    "DecisionOutcome",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryDetail",
    "DeliveryPage",
    "DeliveryState",
    "DenyAnswer",
    "Device",
    "DeviceEdit",
    "DeviceEditTextsTo",
    "DeviceKind",
    "DevicePage",
    "DeviceTextsToType1",
    "Digest",
    "DigestCounts",
    "DigestSecond",
    "DigestSecondCounts",
    "EndpointEdit",
    "EndpointTestData",
    "EndpointTestEvent",
    "EndpointWithSecret",
    "Erase",
    "Erased",
    "EventKind",
    "ExportedCommunity",
    "FieldChange",
    "FillBand",
    "FindByName",
    "FirstSignIn",
    "FormerOwner",
    "GetOpenapiResponse200",
    "Health",
    "HeldMessage",
    "HubContact",
    "HubContactPage",
    "Import",
    "ImportFailureType1",
    "ImportKind",
    "ImportMode",
    "ImportPage",
    "ImportState",
    "Interaction",
    "InteractionKind",
    "InteractionOrigin",
    "InteractionPage",
    "Latency",
    "LateReplies",
    "LegQuality",
    "LinkState",
    "ListMessagesOrigin",
    "LoopbackInbox",
    "LoopbackVerdict",
    "LoopbackVerdictVerdict",
    "Member",
    "MemberCapacity",
    "MemberCapacityPage",
    "MemberEdit",
    "MemberErasedData",
    "MemberErasedEvent",
    "MemberExport",
    "MemberExportAddressBookItem",
    "MemberExportBlocksItem",
    "MemberExportBookLinksItem",
    "MemberExportCallsItem",
    "MemberExportContactHistoryItem",
    "MemberExportContactsItem",
    "MemberExportDeviceHistoryItem",
    "MemberExportFormerNamesItem",
    "MemberExportMediaItem",
    "MemberExportMessagesItem",
    "MemberExportOptInsItem",
    "MemberExportOptOutsItem",
    "MemberPage",
    "Message",
    "MessageEncoding",
    "MessageHeldData",
    "MessageHeldEvent",
    "MessageInterceptData",
    "MessageInterceptQuestion",
    "MessageOrigin",
    "MessagePage",
    "MessageReceivedData",
    "MessageReceivedEvent",
    "MessageRehearsal",
    "MessageRehearsalEncoding",
    "MessageStatus",
    "MessageStatusData",
    "MessageStatusEvent",
    "MessageStep",
    "MessageSteps",
    "MissedCalls",
    "MovedMessage",
    "Needed",
    "NewAdminUser",
    "NewApiKey",
    "NewApiKeyScope",
    "NewBlock",
    "NewBookLink",
    "NewCall",
    "NewCampaign",
    "NewCommunity",
    "NewContact",
    "NewContacts",
    "NewContactsMode",
    "NewDevice",
    "NewDeviceKindType1",
    "NewDeviceTextsToType1",
    "NewEndpoint",
    "NewImport",
    "NewImportFormat",
    "NewImportKind",
    "NewImportMode",
    "NewLoopbackText",
    "NewMember",
    "NewMessage",
    "NewNumber",
    "NewOptIn",
    "NewPool",
    "NewSecret",
    "NewSwap",
    "NewVerification",
    "NotConnected",
    "NumberEdit",
    "NumberGroup",
    "NumberHealth",
    "NumberState",
    "NumberTraffic",
    "NumberTrafficPage",
    "OnSilence",
    "OptIn",
    "OptInEnd",
    "OptInPage",
    "OptInSource",
    "OptOut",
    "OptOutChangedData",
    "OptOutChangedEvent",
    "OptOutPage",
    "Origin",
    "OutlookWord",
    "Overview",
    "OwnerSettlement",
    "PairTraffic",
    "PairWay",
    "PasswordChange",
    "PhoneChange",
    "PhoneConflict",
    "PhoneConflictKind",
    "PhoneReplacement",
    "PlannedMove",
    "PlannedPoolFile",
    "Policy",
    "PolicyPatch",
    "Pool",
    "PoolChangeType0",
    "PoolChangeType0Change",
    "PoolChangeType1",
    "PoolChangeType10",
    "PoolChangeType10Change",
    "PoolChangeType1Change",
    "PoolChangeType2",
    "PoolChangeType2Change",
    "PoolChangeType3",
    "PoolChangeType3Change",
    "PoolChangeType4",
    "PoolChangeType4Change",
    "PoolChangeType5",
    "PoolChangeType5Change",
    "PoolChangeType6",
    "PoolChangeType6Change",
    "PoolChangeType7",
    "PoolChangeType7Change",
    "PoolChangeType8",
    "PoolChangeType8Change",
    "PoolChangeType9",
    "PoolChangeType9Change",
    "PoolFileOrder",
    "PoolFileText",
    "PoolFill",
    "PoolNumber",
    "PoolNumberPage",
    "PoolPage",
    "PoolPlan",
    "Problem",
    "ProblemRowsItem",
    "QuarantineHeldData",
    "QuarantineHeldEvent",
    "QuarantineRelease",
    "Readiness",
    "Reason",
    "ReceivedText",
    "ReferenceFate",
    "Refusal",
    "RefusedRow",
    "RefusedRowPage",
    "RegionNeeds",
    "Release",
    "ReleasePage",
    "ReleaseState",
    "RePaired",
    "RePairing",
    "Replayed",
    "RewriteAnswer",
    "Room",
    "Route",
    "RunsOut",
    "SecretRotation",
    "SentMessage",
    "Session",
    "SessionUser",
    "SettledConflict",
    "SignIn",
    "StepWord",
    "StrangerCallingData",
    "StrangerCallingQuestion",
    "StrangerNotConnectedData",
    "StrangerNotConnectedEvent",
    "StrangerUnknownData",
    "StrangerUnknownQuestion",
    "Swap",
    "SwapHub",
    "SwapMove",
    "SwapMovePage",
    "SwapNumber",
    "SwapPage",
    "SwapPlan",
    "SwapState",
    "SwapTargets",
    "SwapTelling",
    "SwapTold",
    "TableNearlyFullData",
    "TableNearlyFullEvent",
    "Tight",
    "TotpCode",
    "TotpRemoval",
    "TotpSecret",
    "Trouble",
    "TrunkCalls",
    "Unmanaged",
    "Verification",
    "VerificationCounts",
    "VerificationOffender",
    "VerificationPage",
    "VerificationReport",
    "VerificationReportBody",
    "VerificationRule",
    "VerificationRuleCount",
    "VerificationSignature",
    "VerificationState",
    "WhenFull",
)
