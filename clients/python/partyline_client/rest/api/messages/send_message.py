from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.message_rehearsal import MessageRehearsal
from ...models.new_message import NewMessage
from ...models.problem import Problem
from ...models.sent_message import SentMessage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    *,
    body: NewMessage,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/communities/{community}/messages".format(
            community=quote(str(community), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> MessageRehearsal | SentMessage | Problem | SentMessage | None:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> MessageRehearsal | SentMessage:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_rehearsed_or_sent_type_0 = MessageRehearsal.from_dict(
                    data
                )

                return componentsschemas_rehearsed_or_sent_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_rehearsed_or_sent_type_1 = SentMessage.from_dict(data)

            return componentsschemas_rehearsed_or_sent_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = SentMessage.from_dict(response.json())

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
) -> Response[MessageRehearsal | SentMessage | Problem | SentMessage]:
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
    body: NewMessage,
    idempotency_key: str | Unset = UNSET,
) -> Response[MessageRehearsal | SentMessage | Problem | SentMessage]:
    """Send a text in a member's name

     Goes to the contact's phone from the number that stands for the member there. The answer comes once
    the text is durable, and says by which way it goes; ask for the message to see what became of it.
    With `dry_run` nothing is sent.

    Repeat a request with the same `Idempotency-Key` as often as you like: the text is sent once.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewMessage):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MessageRehearsal | SentMessage | Problem | SentMessage]
    """

    kwargs = _get_kwargs(
        community=community,
        body=body,
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
    body: NewMessage,
    idempotency_key: str | Unset = UNSET,
) -> MessageRehearsal | SentMessage | Problem | SentMessage | None:
    """Send a text in a member's name

     Goes to the contact's phone from the number that stands for the member there. The answer comes once
    the text is durable, and says by which way it goes; ask for the message to see what became of it.
    With `dry_run` nothing is sent.

    Repeat a request with the same `Idempotency-Key` as often as you like: the text is sent once.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewMessage):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MessageRehearsal | SentMessage | Problem | SentMessage
    """

    return sync_detailed(
        community=community,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewMessage,
    idempotency_key: str | Unset = UNSET,
) -> Response[MessageRehearsal | SentMessage | Problem | SentMessage]:
    """Send a text in a member's name

     Goes to the contact's phone from the number that stands for the member there. The answer comes once
    the text is durable, and says by which way it goes; ask for the message to see what became of it.
    With `dry_run` nothing is sent.

    Repeat a request with the same `Idempotency-Key` as often as you like: the text is sent once.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewMessage):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MessageRehearsal | SentMessage | Problem | SentMessage]
    """

    kwargs = _get_kwargs(
        community=community,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    body: NewMessage,
    idempotency_key: str | Unset = UNSET,
) -> MessageRehearsal | SentMessage | Problem | SentMessage | None:
    """Send a text in a member's name

     Goes to the contact's phone from the number that stands for the member there. The answer comes once
    the text is durable, and says by which way it goes; ask for the message to see what became of it.
    With `dry_run` nothing is sent.

    Repeat a request with the same `Idempotency-Key` as often as you like: the text is sent once.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewMessage):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MessageRehearsal | SentMessage | Problem | SentMessage
    """

    return (
        await asyncio_detailed(
            community=community,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
