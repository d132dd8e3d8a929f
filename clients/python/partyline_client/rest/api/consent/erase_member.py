from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.erase import Erase
from ...models.erased import Erased
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    member: str,
    *,
    body: Erase,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/communities/{community}/members/{member}/erase".format(
            community=quote(str(community), safe=""),
            member=quote(str(member), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Erased | Problem | None:
    if response.status_code == 200:
        response_200 = Erased.from_dict(response.json())

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
) -> Response[Erased | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
    body: Erase,
    idempotency_key: str | Unset = UNSET,
) -> Response[Erased | Problem]:
    """Erase all data of a member

     Removes the member, and then what is held of their numbers, names and addresses and of what was said
    with them, from every table; at last the files of the database are written anew. Of others' messages
    and calls with them the record stays, without its text. In others' texts their numbers are found
    with the country's code, with or without separators; numbers written the national way, and what
    others say of them by name, are not looked for. One who was removed before is erased likewise,
    confirmed by id. A STOP of their phones, and the cool-down of numbers on them, hold on under a keyed
    hash. The answer comes when all is done, which takes as long as writing the whole database; texts
    wait meanwhile. One that is broken off goes on by itself. PostgreSQL's log and backups are the
    operator's: see docs/consent.md. Not for keys of scope `app`.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (Erase):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Erased | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
    body: Erase,
    idempotency_key: str | Unset = UNSET,
) -> Erased | Problem | None:
    """Erase all data of a member

     Removes the member, and then what is held of their numbers, names and addresses and of what was said
    with them, from every table; at last the files of the database are written anew. Of others' messages
    and calls with them the record stays, without its text. In others' texts their numbers are found
    with the country's code, with or without separators; numbers written the national way, and what
    others say of them by name, are not looked for. One who was removed before is erased likewise,
    confirmed by id. A STOP of their phones, and the cool-down of numbers on them, hold on under a keyed
    hash. The answer comes when all is done, which takes as long as writing the whole database; texts
    wait meanwhile. One that is broken off goes on by itself. PostgreSQL's log and backups are the
    operator's: see docs/consent.md. Not for keys of scope `app`.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (Erase):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Erased | Problem
    """

    return sync_detailed(
        community=community,
        member=member,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
    body: Erase,
    idempotency_key: str | Unset = UNSET,
) -> Response[Erased | Problem]:
    """Erase all data of a member

     Removes the member, and then what is held of their numbers, names and addresses and of what was said
    with them, from every table; at last the files of the database are written anew. Of others' messages
    and calls with them the record stays, without its text. In others' texts their numbers are found
    with the country's code, with or without separators; numbers written the national way, and what
    others say of them by name, are not looked for. One who was removed before is erased likewise,
    confirmed by id. A STOP of their phones, and the cool-down of numbers on them, hold on under a keyed
    hash. The answer comes when all is done, which takes as long as writing the whole database; texts
    wait meanwhile. One that is broken off goes on by itself. PostgreSQL's log and backups are the
    operator's: see docs/consent.md. Not for keys of scope `app`.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (Erase):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Erased | Problem]
    """

    kwargs = _get_kwargs(
        community=community,
        member=member,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    community: str,
    member: str,
    *,
    client: AuthenticatedClient | Client,
    body: Erase,
    idempotency_key: str | Unset = UNSET,
) -> Erased | Problem | None:
    """Erase all data of a member

     Removes the member, and then what is held of their numbers, names and addresses and of what was said
    with them, from every table; at last the files of the database are written anew. Of others' messages
    and calls with them the record stays, without its text. In others' texts their numbers are found
    with the country's code, with or without separators; numbers written the national way, and what
    others say of them by name, are not looked for. One who was removed before is erased likewise,
    confirmed by id. A STOP of their phones, and the cool-down of numbers on them, hold on under a keyed
    hash. The answer comes when all is done, which takes as long as writing the whole database; texts
    wait meanwhile. One that is broken off goes on by itself. PostgreSQL's log and backups are the
    operator's: see docs/consent.md. Not for keys of scope `app`.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        member (str): A member or guest. The id is `mem_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (Erase):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Erased | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            member=member,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
