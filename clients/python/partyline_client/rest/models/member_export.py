from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.exported_community import ExportedCommunity
    from ..models.member import Member
    from ..models.member_export_address_book_item import MemberExportAddressBookItem
    from ..models.member_export_blocks_item import MemberExportBlocksItem
    from ..models.member_export_book_links_item import MemberExportBookLinksItem
    from ..models.member_export_calls_item import MemberExportCallsItem
    from ..models.member_export_contact_history_item import (
        MemberExportContactHistoryItem,
    )
    from ..models.member_export_contacts_item import MemberExportContactsItem
    from ..models.member_export_device_history_item import MemberExportDeviceHistoryItem
    from ..models.member_export_former_names_item import MemberExportFormerNamesItem
    from ..models.member_export_media_item import MemberExportMediaItem
    from ..models.member_export_messages_item import MemberExportMessagesItem
    from ..models.member_export_opt_ins_item import MemberExportOptInsItem
    from ..models.member_export_opt_outs_item import MemberExportOptOutsItem


T = TypeVar("T", bound="MemberExport")


@_attrs_define
class MemberExport:
    """What is held about a member. Others stand in it by their ids and by the pool numbers that stand for them."""

    format_: str
    """ The name of this form. """
    exported_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    community: ExportedCommunity
    """ The community of a document. """
    member: Member
    """ A member or guest. """
    former_names: list[MemberExportFormerNamesItem]
    """ What they were called before, and who was called so: they, or somebody who became one with them. """
    contacts: list[MemberExportContactsItem]
    """ Their contacts, and the numbers that stand for these. """
    contact_history: list[MemberExportContactHistoryItem]
    """ What became of their assignments. """
    device_history: list[MemberExportDeviceHistoryItem]
    """ What became of their devices. """
    blocks: list[MemberExportBlocksItem]
    """ Whom they block. """
    opt_ins: list[MemberExportOptInsItem]
    """ What their phones agreed to. """
    opt_outs: list[MemberExportOptOutsItem]
    """ What their phones have stopped. """
    address_book: list[MemberExportAddressBookItem]
    """ When they last took their address book. """
    book_links: list[MemberExportBookLinksItem]
    """ Links to it. """
    messages: list[MemberExportMessagesItem]
    """ Texts from and to them, those in quarantine too, newest first. """
    media: list[MemberExportMediaItem]
    """ What came with those texts, in base64, as far as it is kept. """
    calls: list[MemberExportCallsItem]
    """ Calls from and to them, newest first. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        format_ = self.format_

        exported_at = self.exported_at.isoformat()

        community = self.community.to_dict()

        member = self.member.to_dict()

        former_names = []
        for former_names_item_data in self.former_names:
            former_names_item = former_names_item_data.to_dict()
            former_names.append(former_names_item)

        contacts = []
        for contacts_item_data in self.contacts:
            contacts_item = contacts_item_data.to_dict()
            contacts.append(contacts_item)

        contact_history = []
        for contact_history_item_data in self.contact_history:
            contact_history_item = contact_history_item_data.to_dict()
            contact_history.append(contact_history_item)

        device_history = []
        for device_history_item_data in self.device_history:
            device_history_item = device_history_item_data.to_dict()
            device_history.append(device_history_item)

        blocks = []
        for blocks_item_data in self.blocks:
            blocks_item = blocks_item_data.to_dict()
            blocks.append(blocks_item)

        opt_ins = []
        for opt_ins_item_data in self.opt_ins:
            opt_ins_item = opt_ins_item_data.to_dict()
            opt_ins.append(opt_ins_item)

        opt_outs = []
        for opt_outs_item_data in self.opt_outs:
            opt_outs_item = opt_outs_item_data.to_dict()
            opt_outs.append(opt_outs_item)

        address_book = []
        for address_book_item_data in self.address_book:
            address_book_item = address_book_item_data.to_dict()
            address_book.append(address_book_item)

        book_links = []
        for book_links_item_data in self.book_links:
            book_links_item = book_links_item_data.to_dict()
            book_links.append(book_links_item)

        messages = []
        for messages_item_data in self.messages:
            messages_item = messages_item_data.to_dict()
            messages.append(messages_item)

        media = []
        for media_item_data in self.media:
            media_item = media_item_data.to_dict()
            media.append(media_item)

        calls = []
        for calls_item_data in self.calls:
            calls_item = calls_item_data.to_dict()
            calls.append(calls_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "format": format_,
                "exported_at": exported_at,
                "community": community,
                "member": member,
                "former_names": former_names,
                "contacts": contacts,
                "contact_history": contact_history,
                "device_history": device_history,
                "blocks": blocks,
                "opt_ins": opt_ins,
                "opt_outs": opt_outs,
                "address_book": address_book,
                "book_links": book_links,
                "messages": messages,
                "media": media,
                "calls": calls,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.exported_community import ExportedCommunity  # noqa: PLC0415
        from ..models.member import Member  # noqa: PLC0415
        from ..models.member_export_address_book_item import MemberExportAddressBookItem  # noqa: PLC0415
        from ..models.member_export_blocks_item import MemberExportBlocksItem  # noqa: PLC0415
        from ..models.member_export_book_links_item import MemberExportBookLinksItem  # noqa: PLC0415
        from ..models.member_export_calls_item import MemberExportCallsItem  # noqa: PLC0415
        from ..models.member_export_contact_history_item import (
            MemberExportContactHistoryItem,  # noqa: PLC0415
        )
        from ..models.member_export_contacts_item import MemberExportContactsItem  # noqa: PLC0415
        from ..models.member_export_device_history_item import (
            MemberExportDeviceHistoryItem,  # noqa: PLC0415
        )
        from ..models.member_export_former_names_item import MemberExportFormerNamesItem  # noqa: PLC0415
        from ..models.member_export_media_item import MemberExportMediaItem  # noqa: PLC0415
        from ..models.member_export_messages_item import MemberExportMessagesItem  # noqa: PLC0415
        from ..models.member_export_opt_ins_item import MemberExportOptInsItem  # noqa: PLC0415
        from ..models.member_export_opt_outs_item import MemberExportOptOutsItem  # noqa: PLC0415

        d = dict(src_dict)
        format_ = d.pop("format")

        exported_at = datetime.datetime.fromisoformat(d.pop("exported_at"))

        community = ExportedCommunity.from_dict(d.pop("community"))

        member = Member.from_dict(d.pop("member"))

        former_names = []
        _former_names = d.pop("former_names")
        for former_names_item_data in _former_names:
            former_names_item = MemberExportFormerNamesItem.from_dict(
                former_names_item_data
            )

            former_names.append(former_names_item)

        contacts = []
        _contacts = d.pop("contacts")
        for contacts_item_data in _contacts:
            contacts_item = MemberExportContactsItem.from_dict(contacts_item_data)

            contacts.append(contacts_item)

        contact_history = []
        _contact_history = d.pop("contact_history")
        for contact_history_item_data in _contact_history:
            contact_history_item = MemberExportContactHistoryItem.from_dict(
                contact_history_item_data
            )

            contact_history.append(contact_history_item)

        device_history = []
        _device_history = d.pop("device_history")
        for device_history_item_data in _device_history:
            device_history_item = MemberExportDeviceHistoryItem.from_dict(
                device_history_item_data
            )

            device_history.append(device_history_item)

        blocks = []
        _blocks = d.pop("blocks")
        for blocks_item_data in _blocks:
            blocks_item = MemberExportBlocksItem.from_dict(blocks_item_data)

            blocks.append(blocks_item)

        opt_ins = []
        _opt_ins = d.pop("opt_ins")
        for opt_ins_item_data in _opt_ins:
            opt_ins_item = MemberExportOptInsItem.from_dict(opt_ins_item_data)

            opt_ins.append(opt_ins_item)

        opt_outs = []
        _opt_outs = d.pop("opt_outs")
        for opt_outs_item_data in _opt_outs:
            opt_outs_item = MemberExportOptOutsItem.from_dict(opt_outs_item_data)

            opt_outs.append(opt_outs_item)

        address_book = []
        _address_book = d.pop("address_book")
        for address_book_item_data in _address_book:
            address_book_item = MemberExportAddressBookItem.from_dict(
                address_book_item_data
            )

            address_book.append(address_book_item)

        book_links = []
        _book_links = d.pop("book_links")
        for book_links_item_data in _book_links:
            book_links_item = MemberExportBookLinksItem.from_dict(book_links_item_data)

            book_links.append(book_links_item)

        messages = []
        _messages = d.pop("messages")
        for messages_item_data in _messages:
            messages_item = MemberExportMessagesItem.from_dict(messages_item_data)

            messages.append(messages_item)

        media = []
        _media = d.pop("media")
        for media_item_data in _media:
            media_item = MemberExportMediaItem.from_dict(media_item_data)

            media.append(media_item)

        calls = []
        _calls = d.pop("calls")
        for calls_item_data in _calls:
            calls_item = MemberExportCallsItem.from_dict(calls_item_data)

            calls.append(calls_item)

        member_export = cls(
            format_=format_,
            exported_at=exported_at,
            community=community,
            member=member,
            former_names=former_names,
            contacts=contacts,
            contact_history=contact_history,
            device_history=device_history,
            blocks=blocks,
            opt_ins=opt_ins,
            opt_outs=opt_outs,
            address_book=address_book,
            book_links=book_links,
            messages=messages,
            media=media,
            calls=calls,
        )

        member_export.additional_properties = d
        return member_export

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
