from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.problem_rows_item import ProblemRowsItem


T = TypeVar("T", bound="Problem")


@_attrs_define
class Problem:
    """What went wrong, as RFC 9457 has it. Programs go by `code` (or `type`, which ends in it); `detail` is
    for people and may change.

    """

    type_: str
    """ `urn:partyline:problem:` and the code. """
    title: str
    """ The code in words. """
    status: int
    """ The status. """
    code: str
    """ A stable word for programs. """
    detail: str
    """ What is wrong and what to mend, in a sentence. """
    field: str | Unset = UNSET
    """ The field, parameter or header that is to be mended. """
    request_id: str | Unset = UNSET
    """ Names the request in the broker's log; also in the header `X-Request-Id`. """
    rows: list[ProblemRowsItem] | Unset = UNSET
    """ With `rows_failed`: what each row met. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        title = self.title

        status = self.status

        code = self.code

        detail = self.detail

        field = self.field

        request_id = self.request_id

        rows: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.rows, Unset):
            rows = []
            for rows_item_data in self.rows:
                rows_item = rows_item_data.to_dict()
                rows.append(rows_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "title": title,
                "status": status,
                "code": code,
                "detail": detail,
            }
        )
        if field is not UNSET:
            field_dict["field"] = field
        if request_id is not UNSET:
            field_dict["request_id"] = request_id
        if rows is not UNSET:
            field_dict["rows"] = rows

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.problem_rows_item import ProblemRowsItem  # noqa: PLC0415

        d = dict(src_dict)
        type_ = d.pop("type")

        title = d.pop("title")

        status = d.pop("status")

        code = d.pop("code")

        detail = d.pop("detail")

        field = d.pop("field", UNSET)

        request_id = d.pop("request_id", UNSET)

        _rows = d.pop("rows", UNSET)
        rows: list[ProblemRowsItem] | Unset = UNSET
        if _rows is not UNSET:
            rows = []
            for rows_item_data in _rows:
                rows_item = ProblemRowsItem.from_dict(rows_item_data)

                rows.append(rows_item)

        problem = cls(
            type_=type_,
            title=title,
            status=status,
            code=code,
            detail=detail,
            field=field,
            request_id=request_id,
            rows=rows,
        )

        problem.additional_properties = d
        return problem

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
