from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.new_import_format import NewImportFormat
from ..models.new_import_kind import NewImportKind
from ..models.new_import_mode import NewImportMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="NewImport")


@_attrs_define
class NewImport:
    kind: NewImportKind
    """ What the rows are. """
    format_: NewImportFormat
    """ How they are written: CSV with a header, or a JSON object a line. """
    content: str
    """ The file. Of members: `name`, and if wanted `phone` (several with `;` between), `reference`, `guest`. Of
    contacts:
    `member` and `contact`, each an id, a phone or a reference. """
    name: None | str | Unset = UNSET
    """ What the file is called: another file under the name of one that was broken off is refused. """
    mode: NewImportMode | Unset = UNSET
    """ Whether rows stand for themselves. """
    dry_run: bool | Unset = UNSET
    """ Say what would be; add nothing. """
    region: None | str | Unset = UNSET
    """ Where phones without a country code are at home, by two letters. """
    restart: bool | Unset = UNSET
    """ Begin anew where this file, or another of its name, was broken off. """

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        format_ = self.format_.value

        content = self.content

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        dry_run = self.dry_run

        region: None | str | Unset
        if isinstance(self.region, Unset):
            region = UNSET
        else:
            region = self.region

        restart = self.restart

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "format": format_,
                "content": content,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if mode is not UNSET:
            field_dict["mode"] = mode
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run
        if region is not UNSET:
            field_dict["region"] = region
        if restart is not UNSET:
            field_dict["restart"] = restart

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = NewImportKind(d.pop("kind"))

        format_ = NewImportFormat(d.pop("format"))

        content = d.pop("content")

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        _mode = d.pop("mode", UNSET)
        mode: NewImportMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = NewImportMode(_mode)

        dry_run = d.pop("dry_run", UNSET)

        def _parse_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        region = _parse_region(d.pop("region", UNSET))

        restart = d.pop("restart", UNSET)

        new_import = cls(
            kind=kind,
            format_=format_,
            content=content,
            name=name,
            mode=mode,
            dry_run=dry_run,
            region=region,
            restart=restart,
        )

        return new_import
