from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.planned_pool_file import PlannedPoolFile
from ...models.pool_file_text import PoolFileText
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: PoolFileText,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/pool_files/plan",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PlannedPoolFile | Problem | None:
    if response.status_code == 200:
        response_200 = PlannedPoolFile.from_dict(response.json())

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
) -> Response[PlannedPoolFile | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: PoolFileText,
    idempotency_key: str | Unset = UNSET,
) -> Response[PlannedPoolFile | Problem]:
    """Say what a pool file would change

     The file is that of `partyline pool plan`: a community with its policy, pools, campaigns, numbers,
    members and contacts. What is there and not in the file is left alone, and named in `unmanaged`.
    Nothing is written. A file that cannot be read is answered 422, each mistake on a line of its own
    with the line of the file, and the column where it is no TOML; one that contradicts what is there
    409 `pool_file`.

    Args:
        idempotency_key (str | Unset):
        body (PoolFileText):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PlannedPoolFile | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: PoolFileText,
    idempotency_key: str | Unset = UNSET,
) -> PlannedPoolFile | Problem | None:
    """Say what a pool file would change

     The file is that of `partyline pool plan`: a community with its policy, pools, campaigns, numbers,
    members and contacts. What is there and not in the file is left alone, and named in `unmanaged`.
    Nothing is written. A file that cannot be read is answered 422, each mistake on a line of its own
    with the line of the file, and the column where it is no TOML; one that contradicts what is there
    409 `pool_file`.

    Args:
        idempotency_key (str | Unset):
        body (PoolFileText):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PlannedPoolFile | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: PoolFileText,
    idempotency_key: str | Unset = UNSET,
) -> Response[PlannedPoolFile | Problem]:
    """Say what a pool file would change

     The file is that of `partyline pool plan`: a community with its policy, pools, campaigns, numbers,
    members and contacts. What is there and not in the file is left alone, and named in `unmanaged`.
    Nothing is written. A file that cannot be read is answered 422, each mistake on a line of its own
    with the line of the file, and the column where it is no TOML; one that contradicts what is there
    409 `pool_file`.

    Args:
        idempotency_key (str | Unset):
        body (PoolFileText):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PlannedPoolFile | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: PoolFileText,
    idempotency_key: str | Unset = UNSET,
) -> PlannedPoolFile | Problem | None:
    """Say what a pool file would change

     The file is that of `partyline pool plan`: a community with its policy, pools, campaigns, numbers,
    members and contacts. What is there and not in the file is left alone, and named in `unmanaged`.
    Nothing is written. A file that cannot be read is answered 422, each mistake on a line of its own
    with the line of the file, and the column where it is no TOML; one that contradicts what is there
    409 `pool_file`.

    Args:
        idempotency_key (str | Unset):
        body (PoolFileText):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PlannedPoolFile | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
