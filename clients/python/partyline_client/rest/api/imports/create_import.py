from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.import_ import Import
from ...models.new_import import NewImport
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    community: str,
    *,
    body: NewImport,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/communities/{community}/imports".format(
            community=quote(str(community), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Import | Problem | None:
    if response.status_code == 202:
        response_202 = Import.from_dict(response.json())

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
) -> Response[Import | Problem]:
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
    body: NewImport,
    idempotency_key: str | Unset = UNSET,
) -> Response[Import | Problem]:
    """Import members or contacts

     Begins a job; `GET …/imports/{import}` says how far it has come. The body is bounded as all are
    (`http.max_body_bytes`); `partyline import` takes files of any length. Where a job was broken off,
    as by a restart, or has failed, the same request goes on where it stopped; a dry run, and all or
    nothing, begin anew. While a job goes on, the same request is that job. See `docs/operations.md` for
    columns and reasons.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewImport):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Import | Problem]
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
    body: NewImport,
    idempotency_key: str | Unset = UNSET,
) -> Import | Problem | None:
    """Import members or contacts

     Begins a job; `GET …/imports/{import}` says how far it has come. The body is bounded as all are
    (`http.max_body_bytes`); `partyline import` takes files of any length. Where a job was broken off,
    as by a restart, or has failed, the same request goes on where it stopped; a dry run, and all or
    nothing, begin anew. While a job goes on, the same request is that job. See `docs/operations.md` for
    columns and reasons.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewImport):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Import | Problem
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
    body: NewImport,
    idempotency_key: str | Unset = UNSET,
) -> Response[Import | Problem]:
    """Import members or contacts

     Begins a job; `GET …/imports/{import}` says how far it has come. The body is bounded as all are
    (`http.max_body_bytes`); `partyline import` takes files of any length. Where a job was broken off,
    as by a restart, or has failed, the same request goes on where it stopped; a dry run, and all or
    nothing, begin anew. While a job goes on, the same request is that job. See `docs/operations.md` for
    columns and reasons.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewImport):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Import | Problem]
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
    body: NewImport,
    idempotency_key: str | Unset = UNSET,
) -> Import | Problem | None:
    """Import members or contacts

     Begins a job; `GET …/imports/{import}` says how far it has come. The body is bounded as all are
    (`http.max_body_bytes`); `partyline import` takes files of any length. Where a job was broken off,
    as by a restart, or has failed, the same request goes on where it stopped; a dry run, and all or
    nothing, begin anew. While a job goes on, the same request is that job. See `docs/operations.md` for
    columns and reasons.

    Args:
        community (str): A community. The id is `com_` and 13 letters and digits; ids sort by
            time.
        idempotency_key (str | Unset):
        body (NewImport):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Import | Problem
    """

    return (
        await asyncio_detailed(
            community=community,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
