from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.member_page import MemberPage
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    *,
    phone: str | Unset = UNSET,
    name: str | Unset = UNSET,
    ids: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["phone"] = phone

    params["name"] = name

    params["ids"] = ids

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/communities/{community}/members".format(
            community=quote(str(community), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> MemberPage | Problem | None:
    if response.status_code == 200:
        response_200 = MemberPage.from_dict(response.json())

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
) -> Response[MemberPage | Problem]:
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
    phone: str | Unset = UNSET,
    name: str | Unset = UNSET,
    ids: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[MemberPage | Problem]:
    """List members

     All; or with `phone` the one who has that phone (a list of one or none); or with `name` those whose
    name begins with it, by name; or with `ids` those members. Keys of scope `app` see no real numbers,
    and may not ask by one.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        phone (str | Unset): A telephone number in E.164: `+`, the country code, 7 to 15 digits in
            all.
        name (str | Unset):
        ids (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MemberPage | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        phone=phone,
        name=name,
        ids=ids,
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
    phone: str | Unset = UNSET,
    name: str | Unset = UNSET,
    ids: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> MemberPage | Problem | None:
    """List members

     All; or with `phone` the one who has that phone (a list of one or none); or with `name` those whose
    name begins with it, by name; or with `ids` those members. Keys of scope `app` see no real numbers,
    and may not ask by one.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        phone (str | Unset): A telephone number in E.164: `+`, the country code, 7 to 15 digits in
            all.
        name (str | Unset):
        ids (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MemberPage | Problem
    """

    return sync_detailed(
        community=community,
        client=client,
        phone=phone,
        name=name,
        ids=ids,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    phone: str | Unset = UNSET,
    name: str | Unset = UNSET,
    ids: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[MemberPage | Problem]:
    """List members

     All; or with `phone` the one who has that phone (a list of one or none); or with `name` those whose
    name begins with it, by name; or with `ids` those members. Keys of scope `app` see no real numbers,
    and may not ask by one.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        phone (str | Unset): A telephone number in E.164: `+`, the country code, 7 to 15 digits in
            all.
        name (str | Unset):
        ids (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MemberPage | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        phone=phone,
        name=name,
        ids=ids,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    *,
    client: AuthenticatedClient | Client,
    phone: str | Unset = UNSET,
    name: str | Unset = UNSET,
    ids: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> MemberPage | Problem | None:
    """List members

     All; or with `phone` the one who has that phone (a list of one or none); or with `name` those whose
    name begins with it, by name; or with `ids` those members. Keys of scope `app` see no real numbers,
    and may not ask by one.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        phone (str | Unset): A telephone number in E.164: `+`, the country code, 7 to 15 digits in
            all.
        name (str | Unset):
        ids (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MemberPage | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            client=client,
            phone=phone,
            name=name,
            ids=ids,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
