from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.overview import Overview
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    community: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/communities/{community}/overview".format(
            community=quote(str(community), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Overview | Problem | None:
    if response.status_code == 200:
        response_200 = Overview.from_dict(response.json())

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
) -> Response[Overview | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    community: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Overview | Problem]:
    """See at a glance what happens

     Texts and calls a second, the delivery rate and how long deliveries took, what waits, how full and
    busy the pools are, and how carriers and trunks stand. What is counted is held in memory, by each
    node for what it does itself since its start; what waits and what pools hold is read, and where that
    takes long kept for ten times as long, five minutes at most.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Overview | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    *,
    client: AuthenticatedClient | Client,
) -> Overview | Problem | None:
    """See at a glance what happens

     Texts and calls a second, the delivery rate and how long deliveries took, what waits, how full and
    busy the pools are, and how carriers and trunks stand. What is counted is held in memory, by each
    node for what it does itself since its start; what waits and what pools hold is read, and where that
    takes long kept for ten times as long, five minutes at most.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Overview | Problem
    """

    return sync_detailed(
        community=community,
        client=client,
    ).parsed


async def asyncio_detailed(
    community: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Overview | Problem]:
    """See at a glance what happens

     Texts and calls a second, the delivery rate and how long deliveries took, what waits, how full and
    busy the pools are, and how carriers and trunks stand. What is counted is held in memory, by each
    node for what it does itself since its start; what waits and what pools hold is read, and where that
    takes long kept for ten times as long, five minutes at most.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Overview | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    *,
    client: AuthenticatedClient | Client,
) -> Overview | Problem | None:
    """See at a glance what happens

     Texts and calls a second, the delivery rate and how long deliveries took, what waits, how full and
    busy the pools are, and how carriers and trunks stand. What is counted is held in memory, by each
    node for what it does itself since its start; what waits and what pools hold is read, and where that
    takes long kept for ten times as long, five minutes at most.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Overview | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            client=client,
        )
    ).parsed
