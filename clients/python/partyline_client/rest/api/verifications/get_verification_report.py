from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.verification_report import VerificationReport
from ...types import Response


def _get_kwargs(
    verification: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/verifications/{verification}/report".format(
            verification=quote(str(verification), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | VerificationReport | None:
    if response.status_code == 200:
        response_200 = VerificationReport.from_dict(response.json())

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

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

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
) -> Response[Problem | VerificationReport]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    verification: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Problem | VerificationReport]:
    """Get a report

     The counts and every offender, signed. Keep the bytes as they are: `partyline verify --check` takes
    them from a file. What is signed with Ed25519 is `partyline-verification-1`, a line feed, and the
    SHA-256, in hex, of all bytes before the last line.

    Args:
        verification (str): A verification of the assignment table. The id is `ver_` and 13
            letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | VerificationReport]
    """

    kwargs = _get_kwargs(
        verification=verification,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    verification: str,
    *,
    client: AuthenticatedClient | Client,
) -> Problem | VerificationReport | None:
    """Get a report

     The counts and every offender, signed. Keep the bytes as they are: `partyline verify --check` takes
    them from a file. What is signed with Ed25519 is `partyline-verification-1`, a line feed, and the
    SHA-256, in hex, of all bytes before the last line.

    Args:
        verification (str): A verification of the assignment table. The id is `ver_` and 13
            letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | VerificationReport
    """

    return sync_detailed(
        verification=verification,
        client=client,
    ).parsed


async def asyncio_detailed(
    verification: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Problem | VerificationReport]:
    """Get a report

     The counts and every offender, signed. Keep the bytes as they are: `partyline verify --check` takes
    them from a file. What is signed with Ed25519 is `partyline-verification-1`, a line feed, and the
    SHA-256, in hex, of all bytes before the last line.

    Args:
        verification (str): A verification of the assignment table. The id is `ver_` and 13
            letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | VerificationReport]
    """

    kwargs = _get_kwargs(
        verification=verification,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    verification: str,
    *,
    client: AuthenticatedClient | Client,
) -> Problem | VerificationReport | None:
    """Get a report

     The counts and every offender, signed. Keep the bytes as they are: `partyline verify --check` takes
    them from a file. What is signed with Ed25519 is `partyline-verification-1`, a line feed, and the
    SHA-256, in hex, of all bytes before the last line.

    Args:
        verification (str): A verification of the assignment table. The id is `ver_` and 13
            letters and digits; ids sort by time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | VerificationReport
    """

    return (
        await asyncio_detailed(
            verification=verification,
            client=client,
        )
    ).parsed
