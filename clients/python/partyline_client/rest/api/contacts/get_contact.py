from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.contact import Contact
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    member: str,
    contact: str,
    *,
    if_none_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/communities/{community}/members/{member}/contacts/{contact}".format(
            community=quote(str(community), safe=""),
            member=quote(str(member), safe=""),
            contact=quote(str(contact), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Contact | Problem | None:
    if response.status_code == 200:
        response_200 = Contact.from_dict(response.json())

        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Problem.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | Contact | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    community: str,
    member: str,
    contact: str,
    *,
    client: AuthenticatedClient | Client,
    if_none_match: str | Unset = UNSET,
) -> Response[Any | Contact | Problem]:
    """Get a contact

     Its `ETag` names it as it is: ask with `If-None-Match`, and the answer is 304 while nothing changed.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        contact (str):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Contact | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
        contact=contact,
        if_none_match=if_none_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    member: str,
    contact: str,
    *,
    client: AuthenticatedClient | Client,
    if_none_match: str | Unset = UNSET,
) -> Any | Contact | Problem | None:
    """Get a contact

     Its `ETag` names it as it is: ask with `If-None-Match`, and the answer is 304 while nothing changed.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        contact (str):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Contact | Problem
    """

    return sync_detailed(
        community=community,
        member=member,
        contact=contact,
        client=client,
        if_none_match=if_none_match,
    ).parsed


async def asyncio_detailed(
    community: str,
    member: str,
    contact: str,
    *,
    client: AuthenticatedClient | Client,
    if_none_match: str | Unset = UNSET,
) -> Response[Any | Contact | Problem]:
    """Get a contact

     Its `ETag` names it as it is: ask with `If-None-Match`, and the answer is 304 while nothing changed.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        contact (str):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Contact | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
        contact=contact,
        if_none_match=if_none_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    member: str,
    contact: str,
    *,
    client: AuthenticatedClient | Client,
    if_none_match: str | Unset = UNSET,
) -> Any | Contact | Problem | None:
    """Get a contact

     Its `ETag` names it as it is: ask with `If-None-Match`, and the answer is 304 while nothing changed.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        contact (str):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Contact | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            member=member,
            contact=contact,
            client=client,
            if_none_match=if_none_match,
        )
    ).parsed
