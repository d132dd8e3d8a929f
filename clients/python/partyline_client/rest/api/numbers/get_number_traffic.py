from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.number_traffic import NumberTraffic
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    community: str,
    number: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/communities/{community}/numbers/{number}/traffic".format(
            community=quote(str(community), safe=""),
            number=quote(str(number), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> NumberTraffic | Problem | None:
    if response.status_code == 200:
        response_200 = NumberTraffic.from_dict(response.json())

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
) -> Response[NumberTraffic | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    community: str,
    number: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[NumberTraffic | Problem]:
    """See how busy a pool number is

     What it and its campaign sent today, what waits and since when, how long texts took, and what room
    is left, as `GET …/traffic` tells of each.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        number (str): A pool number. The id is `num_` and 13 letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NumberTraffic | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        number=number,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    number: str,
    *,
    client: AuthenticatedClient | Client,
) -> NumberTraffic | Problem | None:
    """See how busy a pool number is

     What it and its campaign sent today, what waits and since when, how long texts took, and what room
    is left, as `GET …/traffic` tells of each.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        number (str): A pool number. The id is `num_` and 13 letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NumberTraffic | Problem
    """

    return sync_detailed(
        community=community,
        number=number,
        client=client,
    ).parsed


async def asyncio_detailed(
    community: str,
    number: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[NumberTraffic | Problem]:
    """See how busy a pool number is

     What it and its campaign sent today, what waits and since when, how long texts took, and what room
    is left, as `GET …/traffic` tells of each.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        number (str): A pool number. The id is `num_` and 13 letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NumberTraffic | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        number=number,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    number: str,
    *,
    client: AuthenticatedClient | Client,
) -> NumberTraffic | Problem | None:
    """See how busy a pool number is

     What it and its campaign sent today, what waits and since when, how long texts took, and what room
    is left, as `GET …/traffic` tells of each.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        number (str): A pool number. The id is `num_` and 13 letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NumberTraffic | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            number=number,
            client=client,
        )
    ).parsed
