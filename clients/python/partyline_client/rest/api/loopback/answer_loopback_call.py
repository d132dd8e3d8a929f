from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.phone_call import PhoneCall
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    phone: str,
    leg: str,
    *,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/loopback/phones/{phone}/calls/{leg}/answer".format(
            phone=quote(str(phone), safe=""),
            leg=quote(str(leg), safe=""),
        ),
    }

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
    leg: str,
    *,
    client: AuthenticatedClient | Client,
    idempotency_key: str | Unset = UNSET,
) -> Response[PhoneCall | Problem]:
    """Answer a call on a virtual phone

     Takes an incoming call that rings on this phone. Sound goes both ways from then on.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        leg (str): A call as one virtual phone sees it. The id is `leg_` and 13 letters and
            digits; ids sort by time.
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PhoneCall | Problem]
    """

    kwargs = _get_kwargs(
        phone=phone,
        leg=leg,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    phone: str,
    leg: str,
    *,
    client: AuthenticatedClient | Client,
    idempotency_key: str | Unset = UNSET,
) -> PhoneCall | Problem | None:
    """Answer a call on a virtual phone

     Takes an incoming call that rings on this phone. Sound goes both ways from then on.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        leg (str): A call as one virtual phone sees it. The id is `leg_` and 13 letters and
            digits; ids sort by time.
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PhoneCall | Problem
    """

    return sync_detailed(
        phone=phone,
        leg=leg,
        client=client,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    phone: str,
    leg: str,
    *,
    client: AuthenticatedClient | Client,
    idempotency_key: str | Unset = UNSET,
) -> Response[PhoneCall | Problem]:
    """Answer a call on a virtual phone

     Takes an incoming call that rings on this phone. Sound goes both ways from then on.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        leg (str): A call as one virtual phone sees it. The id is `leg_` and 13 letters and
            digits; ids sort by time.
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PhoneCall | Problem]
    """

    kwargs = _get_kwargs(
        phone=phone,
        leg=leg,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    phone: str,
    leg: str,
    *,
    client: AuthenticatedClient | Client,
    idempotency_key: str | Unset = UNSET,
) -> PhoneCall | Problem | None:
    """Answer a call on a virtual phone

     Takes an incoming call that rings on this phone. Sound goes both ways from then on.

    Args:
        phone (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        leg (str): A call as one virtual phone sees it. The id is `leg_` and 13 letters and
            digits; ids sort by time.
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PhoneCall | Problem
    """

    return (
        await asyncio_detailed(
            phone=phone,
            leg=leg,
            client=client,
            idempotency_key=idempotency_key,
        )
    ).parsed
