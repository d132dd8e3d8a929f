from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.message_steps import MessageSteps
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    community: str,
    message: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/communities/{community}/messages/{message}/steps".format(
            community=quote(str(community), safe=""),
            message=quote(str(message), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> MessageSteps | Problem | None:
    if response.status_code == 200:
        response_200 = MessageSteps.from_dict(response.json())

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
) -> Response[MessageSteps | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    community: str,
    message: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[MessageSteps | Problem]:
    """See every step of a text

     Its acceptance, what the rules made of it, what held it, the carrier's taking it and what the
    carrier said of each part, what became of it, and which apps were told; as far as it is kept.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        message (str): A message. The id is `msg_` and 13 letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MessageSteps | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        message=message,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    message: str,
    *,
    client: AuthenticatedClient | Client,
) -> MessageSteps | Problem | None:
    """See every step of a text

     Its acceptance, what the rules made of it, what held it, the carrier's taking it and what the
    carrier said of each part, what became of it, and which apps were told; as far as it is kept.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        message (str): A message. The id is `msg_` and 13 letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MessageSteps | Problem
    """

    return sync_detailed(
        community=community,
        message=message,
        client=client,
    ).parsed


async def asyncio_detailed(
    community: str,
    message: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[MessageSteps | Problem]:
    """See every step of a text

     Its acceptance, what the rules made of it, what held it, the carrier's taking it and what the
    carrier said of each part, what became of it, and which apps were told; as far as it is kept.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        message (str): A message. The id is `msg_` and 13 letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MessageSteps | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        message=message,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    message: str,
    *,
    client: AuthenticatedClient | Client,
) -> MessageSteps | Problem | None:
    """See every step of a text

     Its acceptance, what the rules made of it, what held it, the carrier's taking it and what the
    carrier said of each part, what became of it, and which apps were told; as far as it is kept.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        message (str): A message. The id is `msg_` and 13 letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MessageSteps | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            message=message,
            client=client,
        )
    ).parsed
