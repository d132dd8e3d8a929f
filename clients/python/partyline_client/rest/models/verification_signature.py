from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="VerificationSignature")


@_attrs_define
class VerificationSignature:
    """Who says so."""

    algorithm: str
    """ `Ed25519`. """
    key: str
    """ The public key, in base64. """
    sha256: str
    """ The SHA-256 of all before the last line, in hex. """
    value: str
    """ The signature of the name of the form, a line feed and that hash, in base64. """

    def to_dict(self) -> dict[str, Any]:
        algorithm = self.algorithm

        key = self.key

        sha256 = self.sha256

        value = self.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "algorithm": algorithm,
                "key": key,
                "sha256": sha256,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        algorithm = d.pop("algorithm")

        key = d.pop("key")

        sha256 = d.pop("sha256")

        value = d.pop("value")

        verification_signature = cls(
            algorithm=algorithm,
            key=key,
            sha256=sha256,
            value=value,
        )

        return verification_signature
