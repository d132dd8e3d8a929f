from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.member_export import MemberExport
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    community: str,
    member: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/communities/{community}/members/{member}/export".format(
            community=quote(str(community), safe=""),
            member=quote(str(member), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> MemberExport | Problem | None:
    if response.status_code == 200:
        response_200 = MemberExport.from_dict(response.json())

        return response_200

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
) -> Response[MemberExport | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[MemberExport | Problem]:
    """Export all data of a member

     One JSON document, written as it is read. It holds the member's own real numbers and no other's. An
    answer that breaks off is no whole JSON. Not for keys of scope `app`, nor for viewers; owners and
    operators who are signed in ask for real numbers (`X-Reveal: 1`), or are answered 403
    `reveal_needed`: what texts and media say cannot be masked.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MemberExport | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
) -> MemberExport | Problem | None:
    """Export all data of a member

     One JSON document, written as it is read. It holds the member's own real numbers and no other's. An
    answer that breaks off is no whole JSON. Not for keys of scope `app`, nor for viewers; owners and
    operators who are signed in ask for real numbers (`X-Reveal: 1`), or are answered 403
    `reveal_needed`: what texts and media say cannot be masked.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MemberExport | Problem
    """

    return sync_detailed(
        community=community,
        member=member,
        client=client,
    ).parsed


async def asyncio_detailed(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[MemberExport | Problem]:
    """Export all data of a member

     One JSON document, written as it is read. It holds the member's own real numbers and no other's. An
    answer that breaks off is no whole JSON. Not for keys of scope `app`, nor for viewers; owners and
    operators who are signed in ask for real numbers (`X-Reveal: 1`), or are answered 403
    `reveal_needed`: what texts and media say cannot be masked.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MemberExport | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
) -> MemberExport | Problem | None:
    """Export all data of a member

     One JSON document, written as it is read. It holds the member's own real numbers and no other's. An
    answer that breaks off is no whole JSON. Not for keys of scope `app`, nor for viewers; owners and
    operators who are signed in ask for real numbers (`X-Reveal: 1`), or are answered 403
    `reveal_needed`: what texts and media say cannot be masked.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MemberExport | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            member=member,
            client=client,
        )
    ).parsed
