from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.swap import Swap
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    swap: str,
    *,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/communities/{community}/swaps/{swap}/undo".format(
            community=quote(str(community), safe=""),
            swap=quote(str(swap), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | Swap | None:
    if response.status_code == 200:
        response_200 = Swap.from_dict(response.json())

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
) -> Response[Problem | Swap]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    community: str,
    swap: str,
    *,
    client: AuthenticatedClient | Client,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | Swap]:
    """Undo a swap

     What it has moved goes back, as far as the old number is in service and free on that phone; what
    cannot is listed with a sentence. The numbers take new pairs again if they did before, and the new
    ones lead back for `overlap_s`. Who was not told yet is told nothing.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        swap (str): A swap: the moving of every pair off some numbers. The id is `swp_` and 13
            letters and digits; ids sort by time.
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Swap]
    """

    kwargs = _get_kwargs(
        community=community,
        swap=swap,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    swap: str,
    *,
    client: AuthenticatedClient | Client,
    idempotency_key: str | Unset = UNSET,
) -> Problem | Swap | None:
    """Undo a swap

     What it has moved goes back, as far as the old number is in service and free on that phone; what
    cannot is listed with a sentence. The numbers take new pairs again if they did before, and the new
    ones lead back for `overlap_s`. Who was not told yet is told nothing.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        swap (str): A swap: the moving of every pair off some numbers. The id is `swp_` and 13
            letters and digits; ids sort by time.
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Swap
    """

    return sync_detailed(
        community=community,
        swap=swap,
        client=client,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    community: str,
    swap: str,
    *,
    client: AuthenticatedClient | Client,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | Swap]:
    """Undo a swap

     What it has moved goes back, as far as the old number is in service and free on that phone; what
    cannot is listed with a sentence. The numbers take new pairs again if they did before, and the new
    ones lead back for `overlap_s`. Who was not told yet is told nothing.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        swap (str): A swap: the moving of every pair off some numbers. The id is `swp_` and 13
            letters and digits; ids sort by time.
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Swap]
    """

    kwargs = _get_kwargs(
        community=community,
        swap=swap,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    swap: str,
    *,
    client: AuthenticatedClient | Client,
    idempotency_key: str | Unset = UNSET,
) -> Problem | Swap | None:
    """Undo a swap

     What it has moved goes back, as far as the old number is in service and free on that phone; what
    cannot is listed with a sentence. The numbers take new pairs again if they did before, and the new
    ones lead back for `overlap_s`. Who was not told yet is told nothing.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        swap (str): A swap: the moving of every pair off some numbers. The id is `swp_` and 13
            letters and digits; ids sort by time.
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Swap
    """

    return (
        await asyncio_detailed(
            community=community,
            swap=swap,
            client=client,
            idempotency_key=idempotency_key,
        )
    ).parsed
