from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.block import Block
from ...models.new_block import NewBlock
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    member: str,
    *,
    body: NewBlock,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/communities/{community}/members/{member}/blocks".format(
            community=quote(str(community), safe=""),
            member=quote(str(member), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Block | Problem | None:
    if response.status_code == 200:
        response_200 = Block.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = Block.from_dict(response.json())

        return response_201

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

    if response.status_code == 408:
        response_408 = Problem.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Problem.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

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
) -> Response[Block | Problem]:
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
    body: NewBlock,
    idempotency_key: str | Unset = UNSET,
) -> Response[Block | Problem]:
    """Block somebody for a member

     From now on no text and no call of theirs reaches the member, also should the two be made contacts
    again, and what waited between the two has ended. The member's own texts to them are refused, with a
    hint to lift the block. What the other hears is the policy `blocks_shown`: by default what is said
    of somebody who cannot be reached.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewBlock):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Block | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
        body=body,
        idempotency_key=idempotency_key,
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
    body: NewBlock,
    idempotency_key: str | Unset = UNSET,
) -> Block | Problem | None:
    """Block somebody for a member

     From now on no text and no call of theirs reaches the member, also should the two be made contacts
    again, and what waited between the two has ended. The member's own texts to them are refused, with a
    hint to lift the block. What the other hears is the policy `blocks_shown`: by default what is said
    of somebody who cannot be reached.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewBlock):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Block | Problem
    """

    return sync_detailed(
        community=community,
        member=member,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewBlock,
    idempotency_key: str | Unset = UNSET,
) -> Response[Block | Problem]:
    """Block somebody for a member

     From now on no text and no call of theirs reaches the member, also should the two be made contacts
    again, and what waited between the two has ended. The member's own texts to them are refused, with a
    hint to lift the block. What the other hears is the policy `blocks_shown`: by default what is said
    of somebody who cannot be reached.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewBlock):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Block | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewBlock,
    idempotency_key: str | Unset = UNSET,
) -> Block | Problem | None:
    """Block somebody for a member

     From now on no text and no call of theirs reaches the member, also should the two be made contacts
    again, and what waited between the two has ended. The member's own texts to them are refused, with a
    hint to lift the block. What the other hears is the policy `blocks_shown`: by default what is said
    of somebody who cannot be reached.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewBlock):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Block | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            member=member,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
