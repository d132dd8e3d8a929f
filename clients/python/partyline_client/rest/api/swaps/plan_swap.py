from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.new_swap import NewSwap
from ...models.problem import Problem
from ...models.swap_plan import SwapPlan
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    *,
    body: NewSwap,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/communities/{community}/swaps/plan".format(
            community=quote(str(community), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | SwapPlan | None:
    if response.status_code == 200:
        response_200 = SwapPlan.from_dict(response.json())

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
) -> Response[Problem | SwapPlan]:
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
    body: NewSwap,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | SwapPlan]:
    """Say what a swap would do

     Which rows would get which numbers, who would be told, and what cannot be moved, each with a
    sentence. Nothing is changed. A row whose number is taken before the swap comes to it gets another
    one then.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):
        idempotency_key (str | Unset):
        body (NewSwap):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | SwapPlan]
    """

    kwargs = _get_kwargs(
        community=community,
        body=body,
        limit=limit,
        cursor=cursor,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewSwap,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Problem | SwapPlan | None:
    """Say what a swap would do

     Which rows would get which numbers, who would be told, and what cannot be moved, each with a
    sentence. Nothing is changed. A row whose number is taken before the swap comes to it gets another
    one then.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):
        idempotency_key (str | Unset):
        body (NewSwap):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | SwapPlan
    """

    return sync_detailed(
        community=community,
        client=client,
        body=body,
        limit=limit,
        cursor=cursor,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewSwap,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | SwapPlan]:
    """Say what a swap would do

     Which rows would get which numbers, who would be told, and what cannot be moved, each with a
    sentence. Nothing is changed. A row whose number is taken before the swap comes to it gets another
    one then.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):
        idempotency_key (str | Unset):
        body (NewSwap):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | SwapPlan]
    """

    kwargs = _get_kwargs(
        community=community,
        body=body,
        limit=limit,
        cursor=cursor,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewSwap,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Problem | SwapPlan | None:
    """Say what a swap would do

     Which rows would get which numbers, who would be told, and what cannot be moved, each with a
    sentence. Nothing is changed. A row whose number is taken before the swap comes to it gets another
    one then.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):
        idempotency_key (str | Unset):
        body (NewSwap):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | SwapPlan
    """

    return (
        await asyncio_detailed(
            community=community,
            client=client,
            body=body,
            limit=limit,
            cursor=cursor,
            idempotency_key=idempotency_key,
        )
    ).parsed
