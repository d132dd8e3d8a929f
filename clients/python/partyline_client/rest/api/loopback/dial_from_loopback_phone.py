from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.new_loopback_call import NewLoopbackCall
from ...models.phone_call import PhoneCall
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    phone: str,
    *,
    body: NewLoopbackCall,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/loopback/phones/{phone}/calls".format(
            phone=quote(str(phone), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PhoneCall | Problem | None:
    if response.status_code == 202:
        response_202 = PhoneCall.from_dict(response.json())

        return response_202

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
) -> Response[PhoneCall | Problem]:
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
    body: NewLoopbackCall,
    idempotency_key: str | Unset = UNSET,
) -> Response[PhoneCall | Problem]:
    """Call from a virtual phone

     Dials a pool number by SIP, through the broker's own port, as a phone of the telephone network
    would: routing, masking, both legs and their sound are those of any call. The answer is its first
    moment; list the phone's calls to see it ring.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        idempotency_key (str | Unset):
        body (NewLoopbackCall):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PhoneCall | Problem]
    """

    kwargs = _get_kwargs(
        phone=phone,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewLoopbackCall,
    idempotency_key: str | Unset = UNSET,
) -> PhoneCall | Problem | None:
    """Call from a virtual phone

     Dials a pool number by SIP, through the broker's own port, as a phone of the telephone network
    would: routing, masking, both legs and their sound are those of any call. The answer is its first
    moment; list the phone's calls to see it ring.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        idempotency_key (str | Unset):
        body (NewLoopbackCall):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PhoneCall | Problem
    """

    return sync_detailed(
        phone=phone,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewLoopbackCall,
    idempotency_key: str | Unset = UNSET,
) -> Response[PhoneCall | Problem]:
    """Call from a virtual phone

     Dials a pool number by SIP, through the broker's own port, as a phone of the telephone network
    would: routing, masking, both legs and their sound are those of any call. The answer is its first
    moment; list the phone's calls to see it ring.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        idempotency_key (str | Unset):
        body (NewLoopbackCall):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PhoneCall | Problem]
    """

    kwargs = _get_kwargs(
        phone=phone,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    phone: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewLoopbackCall,
    idempotency_key: str | Unset = UNSET,
) -> PhoneCall | Problem | None:
    """Call from a virtual phone

     Dials a pool number by SIP, through the broker's own port, as a phone of the telephone network
    would: routing, masking, both legs and their sound are those of any call. The answer is its first
    moment; list the phone's calls to see it ring.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        idempotency_key (str | Unset):
        body (NewLoopbackCall):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PhoneCall | Problem
    """

    return (
        await asyncio_detailed(
            phone=phone,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
