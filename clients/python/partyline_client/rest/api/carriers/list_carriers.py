from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.carrier_view import CarrierView
from ...models.problem import Problem
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/carriers",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CarrierView | Problem | None:
    if response.status_code == 200:
        response_200 = CarrierView.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

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
) -> Response[CarrierView | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[CarrierView | Problem]:
    """See how carriers and trunks stand

     Every carrier of texts and every trunk for calls that the node which answers knows: whether it is up
    and since when, what went wrong last in the broker's own words, its links, what waits for it, and
    what passed since the node's start. Each node has links of its own: `node` says whose these are;
    what waits is that of all nodes. Addresses, names of accounts and what went wrong are shown to
    owners and keys of scope `admin` alone; passwords to nobody.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CarrierView | Problem]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
) -> CarrierView | Problem | None:
    """See how carriers and trunks stand

     Every carrier of texts and every trunk for calls that the node which answers knows: whether it is up
    and since when, what went wrong last in the broker's own words, its links, what waits for it, and
    what passed since the node's start. Each node has links of its own: `node` says whose these are;
    what waits is that of all nodes. Addresses, names of accounts and what went wrong are shown to
    owners and keys of scope `admin` alone; passwords to nobody.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CarrierView | Problem
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[CarrierView | Problem]:
    """See how carriers and trunks stand

     Every carrier of texts and every trunk for calls that the node which answers knows: whether it is up
    and since when, what went wrong last in the broker's own words, its links, what waits for it, and
    what passed since the node's start. Each node has links of its own: `node` says whose these are;
    what waits is that of all nodes. Addresses, names of accounts and what went wrong are shown to
    owners and keys of scope `admin` alone; passwords to nobody.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CarrierView | Problem]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
) -> CarrierView | Problem | None:
    """See how carriers and trunks stand

     Every carrier of texts and every trunk for calls that the node which answers knows: whether it is up
    and since when, what went wrong last in the broker's own words, its links, what waits for it, and
    what passed since the node's start. Each node has links of its own: `node` says whose these are;
    what waits is that of all nodes. Addresses, names of accounts and what went wrong are shown to
    owners and keys of scope `admin` alone; passwords to nobody.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CarrierView | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
