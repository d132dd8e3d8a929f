from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.import_kind import ImportKind
from ..models.import_mode import ImportMode
from ..models.import_state import ImportState

if TYPE_CHECKING:
    from ..models.import_failure_type_1 import ImportFailureType1


T = TypeVar("T", bound="Import")


@_attrs_define
class Import:
    """An import."""

    id: str
    """ An import of a file. The id is `imp_` and 13 letters and digits; ids sort by time. """
    kind: ImportKind
    """ What the rows are. """
    mode: ImportMode
    """ Whether they stand for themselves. """
    dry_run: bool
    """ Nothing is made; the figures say what would be. """
    name: str
    """ What the file is called. """
    state: ImportState
    """ How it stands. """
    failure: ImportFailureType1 | None
    """ Why it did not come to its end, where it is `failed`. """
    size: int
    """ Bytes of the file. """
    done: int
    """ Bytes that are done. """
    next_line: int
    """ The line from which it goes on. """
    added: int
    """ Rows that made something. """
    unchanged: int
    """ Rows that were so already. """
    refused: int
    """ Rows that were refused. """
    began_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    changed_at: datetime.datetime
    """ An instant: RFC 3339 in UTC with milliseconds. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.import_failure_type_1 import ImportFailureType1  # noqa: PLC0415

        id = self.id

        kind = self.kind.value

        mode = self.mode.value

        dry_run = self.dry_run

        name = self.name

        state = self.state.value

        failure: dict[str, Any] | None
        if isinstance(self.failure, ImportFailureType1):
            failure = self.failure.to_dict()
        else:
            failure = self.failure

        size = self.size

        done = self.done

        next_line = self.next_line

        added = self.added

        unchanged = self.unchanged

        refused = self.refused

        began_at = self.began_at.isoformat()

        changed_at = self.changed_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "mode": mode,
                "dry_run": dry_run,
                "name": name,
                "state": state,
                "failure": failure,
                "size": size,
                "done": done,
                "next_line": next_line,
                "added": added,
                "unchanged": unchanged,
                "refused": refused,
                "began_at": began_at,
                "changed_at": changed_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.import_failure_type_1 import ImportFailureType1  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        kind = ImportKind(d.pop("kind"))

        mode = ImportMode(d.pop("mode"))

        dry_run = d.pop("dry_run")

        name = d.pop("name")

        state = ImportState(d.pop("state"))

        def _parse_failure(data: object) -> ImportFailureType1 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                failure_type_1 = ImportFailureType1.from_dict(data)

                return failure_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ImportFailureType1 | None, data)

        failure = _parse_failure(d.pop("failure"))

        size = d.pop("size")

        done = d.pop("done")

        next_line = d.pop("next_line")

        added = d.pop("added")

        unchanged = d.pop("unchanged")

        refused = d.pop("refused")

        began_at = datetime.datetime.fromisoformat(d.pop("began_at"))

        changed_at = datetime.datetime.fromisoformat(d.pop("changed_at"))

        import_ = cls(
            id=id,
            kind=kind,
            mode=mode,
            dry_run=dry_run,
            name=name,
            state=state,
            failure=failure,
            size=size,
            done=done,
            next_line=next_line,
            added=added,
            unchanged=unchanged,
            refused=refused,
            began_at=began_at,
            changed_at=changed_at,
        )

        import_.additional_properties = d
        return import_

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
