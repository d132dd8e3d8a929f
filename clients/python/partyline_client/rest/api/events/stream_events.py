from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    community: str | Unset = UNSET,
    types: str | Unset = UNSET,
    after: str | Unset = UNSET,
    digest_s: int | Unset = UNSET,
    latest: int | Unset = UNSET,
    for_s: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["Last-Event-ID"] = last_event_id

    params: dict[str, Any] = {}

    params["community"] = community

    params["types"] = types

    params["after"] = after

    params["digest_s"] = digest_s

    params["latest"] = latest

    params["for_s"] = for_s

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/events",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | str | None:
    if response.status_code == 200:
        response_200 = response.text
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

    if response.status_code == 410:
        response_410 = Problem.from_dict(response.json())

        return response_410

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
) -> Response[Problem | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    community: str | Unset = UNSET,
    types: str | Unset = UNSET,
    after: str | Unset = UNSET,
    digest_s: int | Unset = UNSET,
    latest: int | Unset = UNSET,
    for_s: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Response[Problem | str]:
    """Follow what happens

     Server-sent events, for as long as you stay. Each has `id`, `event` (its kind) and `data`: an Event
    as JSON, as a callback has it. After a broken connection send the last id as `Last-Event-ID`
    (browsers do): nothing is missed while events are kept. A comment every 15 seconds shows that the
    stream lives, in a stream in short a digest of nothing. A key of scope `admin` says which
    `community`. Who would rather ask now and then than stay gives `for_s=0` with the last id; who only
    looks on while much happens gives `digest_s=1`.

    Args:
        community (str | Unset): A community. The id is `com_` and 13 letters and digits; ids sort
            by time.
        types (str | Unset):
        after (str | Unset): An event, as apps are told of it. The id is `evt_` and 13 letters and
            digits; ids sort by time.
        digest_s (int | Unset):
        latest (int | Unset):
        for_s (int | Unset):
        last_event_id (str | Unset): An event, as apps are told of it. The id is `evt_` and 13
            letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | str]
    """

    kwargs = _get_kwargs(
        community=community,
        types=types,
        after=after,
        digest_s=digest_s,
        latest=latest,
        for_s=for_s,
        last_event_id=last_event_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    community: str | Unset = UNSET,
    types: str | Unset = UNSET,
    after: str | Unset = UNSET,
    digest_s: int | Unset = UNSET,
    latest: int | Unset = UNSET,
    for_s: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Problem | str | None:
    """Follow what happens

     Server-sent events, for as long as you stay. Each has `id`, `event` (its kind) and `data`: an Event
    as JSON, as a callback has it. After a broken connection send the last id as `Last-Event-ID`
    (browsers do): nothing is missed while events are kept. A comment every 15 seconds shows that the
    stream lives, in a stream in short a digest of nothing. A key of scope `admin` says which
    `community`. Who would rather ask now and then than stay gives `for_s=0` with the last id; who only
    looks on while much happens gives `digest_s=1`.

    Args:
        community (str | Unset): A community. The id is `com_` and 13 letters and digits; ids sort
            by time.
        types (str | Unset):
        after (str | Unset): An event, as apps are told of it. The id is `evt_` and 13 letters and
            digits; ids sort by time.
        digest_s (int | Unset):
        latest (int | Unset):
        for_s (int | Unset):
        last_event_id (str | Unset): An event, as apps are told of it. The id is `evt_` and 13
            letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | str
    """

    return sync_detailed(
        client=client,
        community=community,
        types=types,
        after=after,
        digest_s=digest_s,
        latest=latest,
        for_s=for_s,
        last_event_id=last_event_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    community: str | Unset = UNSET,
    types: str | Unset = UNSET,
    after: str | Unset = UNSET,
    digest_s: int | Unset = UNSET,
    latest: int | Unset = UNSET,
    for_s: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Response[Problem | str]:
    """Follow what happens

     Server-sent events, for as long as you stay. Each has `id`, `event` (its kind) and `data`: an Event
    as JSON, as a callback has it. After a broken connection send the last id as `Last-Event-ID`
    (browsers do): nothing is missed while events are kept. A comment every 15 seconds shows that the
    stream lives, in a stream in short a digest of nothing. A key of scope `admin` says which
    `community`. Who would rather ask now and then than stay gives `for_s=0` with the last id; who only
    looks on while much happens gives `digest_s=1`.

    Args:
        community (str | Unset): A community. The id is `com_` and 13 letters and digits; ids sort
            by time.
        types (str | Unset):
        after (str | Unset): An event, as apps are told of it. The id is `evt_` and 13 letters and
            digits; ids sort by time.
        digest_s (int | Unset):
        latest (int | Unset):
        for_s (int | Unset):
        last_event_id (str | Unset): An event, as apps are told of it. The id is `evt_` and 13
            letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | str]
    """

    kwargs = _get_kwargs(
        community=community,
        types=types,
        after=after,
        digest_s=digest_s,
        latest=latest,
        for_s=for_s,
        last_event_id=last_event_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    community: str | Unset = UNSET,
    types: str | Unset = UNSET,
    after: str | Unset = UNSET,
    digest_s: int | Unset = UNSET,
    latest: int | Unset = UNSET,
    for_s: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Problem | str | None:
    """Follow what happens

     Server-sent events, for as long as you stay. Each has `id`, `event` (its kind) and `data`: an Event
    as JSON, as a callback has it. After a broken connection send the last id as `Last-Event-ID`
    (browsers do): nothing is missed while events are kept. A comment every 15 seconds shows that the
    stream lives, in a stream in short a digest of nothing. A key of scope `admin` says which
    `community`. Who would rather ask now and then than stay gives `for_s=0` with the last id; who only
    looks on while much happens gives `digest_s=1`.

    Args:
        community (str | Unset): A community. The id is `com_` and 13 letters and digits; ids sort
            by time.
        types (str | Unset):
        after (str | Unset): An event, as apps are told of it. The id is `evt_` and 13 letters and
            digits; ids sort by time.
        digest_s (int | Unset):
        latest (int | Unset):
        for_s (int | Unset):
        last_event_id (str | Unset): An event, as apps are told of it. The id is `evt_` and 13
            letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | str
    """

    return (
        await asyncio_detailed(
            client=client,
            community=community,
            types=types,
            after=after,
            digest_s=digest_s,
            latest=latest,
            for_s=for_s,
            last_event_id=last_event_id,
        )
    ).parsed
