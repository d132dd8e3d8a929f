from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bulk_row_status import BulkRowStatus

if TYPE_CHECKING:
    from ..models.contact import Contact
    from ..models.problem import Problem


T = TypeVar("T", bound="BulkRow")


@_attrs_define
class BulkRow:
    """What became of one row, or would."""

    contact: str
    """ A member or guest. The id is `mem_` and 13 letters and digits; ids sort by time. """
    status: BulkRowStatus
    """ What became of it. """
    view: Contact | None
    """ As the member has it. """
    problem: None | Problem
    """ Why it cannot be. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.contact import Contact  # noqa: PLC0415
        from ..models.problem import Problem  # noqa: PLC0415

        contact = self.contact

        status = self.status.value

        view: dict[str, Any] | None
        if isinstance(self.view, Contact):
            view = self.view.to_dict()
        else:
            view = self.view

        problem: dict[str, Any] | None
        if isinstance(self.problem, Problem):
            problem = self.problem.to_dict()
        else:
            problem = self.problem

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "contact": contact,
                "status": status,
                "view": view,
                "problem": problem,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.contact import Contact  # noqa: PLC0415
        from ..models.problem import Problem  # noqa: PLC0415

        d = dict(src_dict)
        contact = d.pop("contact")

        status = BulkRowStatus(d.pop("status"))

        def _parse_view(data: object) -> Contact | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                view_type_1 = Contact.from_dict(data)

                return view_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Contact | None, data)

        view = _parse_view(d.pop("view"))

        def _parse_problem(data: object) -> None | Problem:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                problem_type_1 = Problem.from_dict(data)

                return problem_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Problem, data)

        problem = _parse_problem(d.pop("problem"))

        bulk_row = cls(
            contact=contact,
            status=status,
            view=view,
            problem=problem,
        )

        bulk_row.additional_properties = d
        return bulk_row

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
