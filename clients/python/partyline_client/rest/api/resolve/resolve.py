import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.decision import Decision
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    *,
    from_: str,
    to: str,
    tag: int | Unset = UNSET,
    at: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["from"] = from_

    params["to"] = to

    params["tag"] = tag

    json_at: str | Unset = UNSET
    if not isinstance(at, Unset):
        json_at = at.isoformat()
    params["at"] = json_at

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/communities/{community}/resolve".format(
            community=quote(str(community), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Decision | Problem | None:
    if response.status_code == 200:
        response_200 = Decision.from_dict(response.json())

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
) -> Response[Decision | Problem]:
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
    from_: str,
    to: str,
    tag: int | Unset = UNSET,
    at: datetime.datetime | Unset = UNSET,
) -> Response[Decision | Problem]:
    """Say what would happen to a text

     Runs the very decision that a text from the phone `from` to the pool number `to` would meet, and
    explains it. Nothing is sent. With `at`, what it would have met then, out of the history of the
    assignments: whose the numbers and phones were, what was blocked, stopped or pending. Policies and
    carriers are not part of it; before the history began the outcome is `unknown`. Not for keys of
    scope `app`, which do not learn whose a phone is.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        from_ (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        to (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        tag (int | Unset):
        at (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Decision | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        from_=from_,
        to=to,
        tag=tag,
        at=at,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    from_: str,
    to: str,
    tag: int | Unset = UNSET,
    at: datetime.datetime | Unset = UNSET,
) -> Decision | Problem | None:
    """Say what would happen to a text

     Runs the very decision that a text from the phone `from` to the pool number `to` would meet, and
    explains it. Nothing is sent. With `at`, what it would have met then, out of the history of the
    assignments: whose the numbers and phones were, what was blocked, stopped or pending. Policies and
    carriers are not part of it; before the history began the outcome is `unknown`. Not for keys of
    scope `app`, which do not learn whose a phone is.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        from_ (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        to (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        tag (int | Unset):
        at (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Decision | Problem
    """

    return sync_detailed(
        community=community,
        client=client,
        from_=from_,
        to=to,
        tag=tag,
        at=at,
    ).parsed


async def asyncio_detailed(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    from_: str,
    to: str,
    tag: int | Unset = UNSET,
    at: datetime.datetime | Unset = UNSET,
) -> Response[Decision | Problem]:
    """Say what would happen to a text

     Runs the very decision that a text from the phone `from` to the pool number `to` would meet, and
    explains it. Nothing is sent. With `at`, what it would have met then, out of the history of the
    assignments: whose the numbers and phones were, what was blocked, stopped or pending. Policies and
    carriers are not part of it; before the history began the outcome is `unknown`. Not for keys of
    scope `app`, which do not learn whose a phone is.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        from_ (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        to (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        tag (int | Unset):
        at (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Decision | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        from_=from_,
        to=to,
        tag=tag,
        at=at,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    from_: str,
    to: str,
    tag: int | Unset = UNSET,
    at: datetime.datetime | Unset = UNSET,
) -> Decision | Problem | None:
    """Say what would happen to a text

     Runs the very decision that a text from the phone `from` to the pool number `to` would meet, and
    explains it. Nothing is sent. With `at`, what it would have met then, out of the history of the
    assignments: whose the numbers and phones were, what was blocked, stopped or pending. Policies and
    carriers are not part of it; before the history began the outcome is `unknown`. Not for keys of
    scope `app`, which do not learn whose a phone is.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        from_ (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        to (str): A telephone number in E.164: `+`, the country code, 7 to 15 digits in all.
        tag (int | Unset):
        at (datetime.datetime | Unset): An instant: RFC 3339 in UTC with milliseconds.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Decision | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            client=client,
            from_=from_,
            to=to,
            tag=tag,
            at=at,
        )
    ).parsed
