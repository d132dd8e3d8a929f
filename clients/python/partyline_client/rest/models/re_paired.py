from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.contact import Contact


T = TypeVar("T", bound="RePaired")


@_attrs_define
class RePaired:
    """A pair that was made again."""

    contact: Contact
    """ A contact as its owner has it. """
    same_number: bool
    """ Whether it has the number that it had. """
    texts_released: int
    """ How many texts were let out of the quarantine. """
    texts_gone: int
    """ How many stay there because what they said is kept no more: it expired, or was erased. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        contact = self.contact.to_dict()

        same_number = self.same_number

        texts_released = self.texts_released

        texts_gone = self.texts_gone

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "contact": contact,
                "same_number": same_number,
                "texts_released": texts_released,
                "texts_gone": texts_gone,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.contact import Contact  # noqa: PLC0415

        d = dict(src_dict)
        contact = Contact.from_dict(d.pop("contact"))

        same_number = d.pop("same_number")

        texts_released = d.pop("texts_released")

        texts_gone = d.pop("texts_gone")

        re_paired = cls(
            contact=contact,
            same_number=same_number,
            texts_released=texts_released,
            texts_gone=texts_gone,
        )

        re_paired.additional_properties = d
        return re_paired

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
