import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.list_messages_origin import ListMessagesOrigin
from ...models.message_page import MessagePage
from ...models.message_status import MessageStatus
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    *,
    member: str | Unset = UNSET,
    contact: str | Unset = UNSET,
    status: MessageStatus | Unset = UNSET,
    origin: ListMessagesOrigin | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["member"] = member

    params["contact"] = contact

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    json_origin: str | Unset = UNSET
    if not isinstance(origin, Unset):
        json_origin = origin.value

    params["origin"] = json_origin

    json_since: str | Unset = UNSET
    if not isinstance(since, Unset):
        json_since = since.isoformat()
    params["since"] = json_since

    json_until: str | Unset = UNSET
    if not isinstance(until, Unset):
        json_until = until.isoformat()
    params["until"] = json_until

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/communities/{community}/messages".format(
            community=quote(str(community), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> MessagePage | Problem | None:
    if response.status_code == 200:
        response_200 = MessagePage.from_dict(response.json())

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
) -> Response[MessagePage | Problem]:
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
    member: str | Unset = UNSET,
    contact: str | Unset = UNSET,
    status: MessageStatus | Unset = UNSET,
    origin: ListMessagesOrigin | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[MessagePage | Problem]:
    """List messages

     With `member`, those from or to that member; with `status`, those that stand there.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str | Unset): A member or guest. The id is `mem_` and 13 letters and digits; ids
            sort by time.
        contact (str | Unset): A member or guest. The id is `mem_` and 13 letters and digits; ids
            sort by time.
        status (MessageStatus | Unset): Where a message stands. The whole life is drawn in
            `ARCHITECTURE.md`.
        origin (ListMessagesOrigin | Unset): Where a message came from.
        since (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.
        until (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MessagePage | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
        contact=contact,
        status=status,
        origin=origin,
        since=since,
        until=until,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    member: str | Unset = UNSET,
    contact: str | Unset = UNSET,
    status: MessageStatus | Unset = UNSET,
    origin: ListMessagesOrigin | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> MessagePage | Problem | None:
    """List messages

     With `member`, those from or to that member; with `status`, those that stand there.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str | Unset): A member or guest. The id is `mem_` and 13 letters and digits; ids
            sort by time.
        contact (str | Unset): A member or guest. The id is `mem_` and 13 letters and digits; ids
            sort by time.
        status (MessageStatus | Unset): Where a message stands. The whole life is drawn in
            `ARCHITECTURE.md`.
        origin (ListMessagesOrigin | Unset): Where a message came from.
        since (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.
        until (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MessagePage | Problem
    """

    return sync_detailed(
        community=community,
        client=client,
        member=member,
        contact=contact,
        status=status,
        origin=origin,
        since=since,
        until=until,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    member: str | Unset = UNSET,
    contact: str | Unset = UNSET,
    status: MessageStatus | Unset = UNSET,
    origin: ListMessagesOrigin | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[MessagePage | Problem]:
    """List messages

     With `member`, those from or to that member; with `status`, those that stand there.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str | Unset): A member or guest. The id is `mem_` and 13 letters and digits; ids
            sort by time.
        contact (str | Unset): A member or guest. The id is `mem_` and 13 letters and digits; ids
            sort by time.
        status (MessageStatus | Unset): Where a message stands. The whole life is drawn in
            `ARCHITECTURE.md`.
        origin (ListMessagesOrigin | Unset): Where a message came from.
        since (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.
        until (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MessagePage | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
        contact=contact,
        status=status,
        origin=origin,
        since=since,
        until=until,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    member: str | Unset = UNSET,
    contact: str | Unset = UNSET,
    status: MessageStatus | Unset = UNSET,
    origin: ListMessagesOrigin | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> MessagePage | Problem | None:
    """List messages

     With `member`, those from or to that member; with `status`, those that stand there.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str | Unset): A member or guest. The id is `mem_` and 13 letters and digits; ids
            sort by time.
        contact (str | Unset): A member or guest. The id is `mem_` and 13 letters and digits; ids
            sort by time.
        status (MessageStatus | Unset): Where a message stands. The whole life is drawn in
            `ARCHITECTURE.md`.
        origin (ListMessagesOrigin | Unset): Where a message came from.
        since (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.
        until (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MessagePage | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            client=client,
            member=member,
            contact=contact,
            status=status,
            origin=origin,
            since=since,
            until=until,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
