from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.loopback_phone import LoopbackPhone
from ...models.loopback_phone_patch import LoopbackPhonePatch
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    phone: str,
    *,
    body: LoopbackPhonePatch,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/loopback/phones/{phone}".format(
            phone=quote(str(phone), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> LoopbackPhone | Problem | None:
    if response.status_code == 200:
        response_200 = LoopbackPhone.from_dict(response.json())

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
) -> Response[LoopbackPhone | Problem]:
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
    body: LoopbackPhonePatch,
) -> Response[LoopbackPhone | Problem]:
    """Say what a virtual phone does when it is called

     It rings until a person answers (`person`), answers by itself after a second (`auto`), declines, or
    is busy. A restart forgets it.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        body (LoopbackPhonePatch):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LoopbackPhone | Problem]
    """

    kwargs = _get_kwargs(
        phone=phone,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
    body: LoopbackPhonePatch,
) -> LoopbackPhone | Problem | None:
    """Say what a virtual phone does when it is called

     It rings until a person answers (`person`), answers by itself after a second (`auto`), declines, or
    is busy. A restart forgets it.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        body (LoopbackPhonePatch):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LoopbackPhone | Problem
    """

    return sync_detailed(
        phone=phone,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
    body: LoopbackPhonePatch,
) -> Response[LoopbackPhone | Problem]:
    """Say what a virtual phone does when it is called

     It rings until a person answers (`person`), answers by itself after a second (`auto`), declines, or
    is busy. A restart forgets it.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        body (LoopbackPhonePatch):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LoopbackPhone | Problem]
    """

    kwargs = _get_kwargs(
        phone=phone,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
    body: LoopbackPhonePatch,
) -> LoopbackPhone | Problem | None:
    """Say what a virtual phone does when it is called

     It rings until a person answers (`person`), answers by itself after a second (`auto`), declines, or
    is busy. A restart forgets it.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        body (LoopbackPhonePatch):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LoopbackPhone | Problem
    """

    return (
        await asyncio_detailed(
            phone=phone,
            client=client,
            body=body,
        )
    ).parsed
