from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.loopback_calls import LoopbackCalls
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    phone: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/loopback/phones/{phone}/calls".format(
            phone=quote(str(phone), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> LoopbackCalls | Problem | None:
    if response.status_code == 200:
        response_200 = LoopbackCalls.from_dict(response.json())

        return response_200

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
) -> Response[LoopbackCalls | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[LoopbackCalls | Problem]:
    """List a virtual phone's calls

     The latest, in memory: a restart forgets them. `number` is what the phone dialled, or what its
    display shows; `call` is the broker's record of both legs.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LoopbackCalls | Problem]
    """

    kwargs = _get_kwargs(
        phone=phone,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
) -> LoopbackCalls | Problem | None:
    """List a virtual phone's calls

     The latest, in memory: a restart forgets them. `number` is what the phone dialled, or what its
    display shows; `call` is the broker's record of both legs.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LoopbackCalls | Problem
    """

    return sync_detailed(
        phone=phone,
        client=client,
    ).parsed


async def asyncio_detailed(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[LoopbackCalls | Problem]:
    """List a virtual phone's calls

     The latest, in memory: a restart forgets them. `number` is what the phone dialled, or what its
    display shows; `call` is the broker's record of both legs.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LoopbackCalls | Problem]
    """

    kwargs = _get_kwargs(
        phone=phone,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
) -> LoopbackCalls | Problem | None:
    """List a virtual phone's calls

     The latest, in memory: a restart forgets them. `number` is what the phone dialled, or what its
    display shows; `call` is the broker's record of both legs.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LoopbackCalls | Problem
    """

    return (
        await asyncio_detailed(
            phone=phone,
            client=client,
        )
    ).parsed
