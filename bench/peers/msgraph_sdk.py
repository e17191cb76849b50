"""msgraph-sdk: its PageIterator for users, groups, and each group's members, many groups at once.

Members are not asked for in its batches: of their answers it drops every body that is a JSON object
(https://github.com/microsoft/kiota-python/issues/737, open). Runs in ``.venv-peers``.
https://github.com/microsoftgraph/msgraph-sdk-python
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from azure.identity.aio import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient  # type: ignore[import-not-found]
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder  # type: ignore[import-not-found]
from msgraph.generated.groups.item.members.members_request_builder import (  # type: ignore[import-not-found]
    MembersRequestBuilder,
)
from msgraph.generated.users.users_request_builder import UsersRequestBuilder  # type: ignore[import-not-found]
from msgraph_core import GraphClientFactory, PageIterator  # type: ignore[import-untyped]

from bench.peers.rows import Rows, report

USERS, GROUPS = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters, GroupsRequestBuilder
MEMBERS = MembersRequestBuilder.MembersRequestBuilderGetQueryParameters


def read(given: dict[str, Any]) -> Rows:
    """Read the tenant with ``concurrency`` groups' members being read, beside the users."""
    return asyncio.run(_Reader(given).read())


class _Reader:
    """One reading."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.rows = given, Rows()
        self.places = asyncio.Semaphore(given["concurrency"])
        self.client: Any = None

    async def read(self) -> Rows:
        parts, extra = self.given["connection"], self.given["connection"]["extra"]
        credential = ClientSecretCredential(
            extra["tenant_id"],
            parts["login"],
            parts["password"],
            authority=extra["authority"],
            connection_verify=extra["verify"],
        )
        provider = AzureIdentityAuthenticationProvider(
            credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["localhost"]
        )
        http = httpx.AsyncClient(verify=extra["verify"], trust_env=False, timeout=60, base_url=extra["base_url"])
        adapter = GraphRequestAdapter(provider, GraphClientFactory.create_with_default_middleware(client=http))
        adapter.base_url = extra["base_url"]
        self.client = GraphServiceClient(request_adapter=adapter)
        async with credential, http:
            await asyncio.gather(self.users(), self.groups())
        return self.rows

    async def each(self, first: Any, take: Any) -> None:
        """Every object of every page."""
        await PageIterator(first, self.client.request_adapter).iterate(lambda item: take(item) or True)

    async def users(self) -> None:
        query = USERS(select=self.given["user_select"].split(","), expand=["manager($select=id)"], top=100)
        first = await self.client.users.get(_with(UsersRequestBuilder, "Users", query))

        def take(user: Any) -> None:
            self.rows.users[user.id] = user.manager.id if user.manager else None

        await self.each(first, take)

    async def groups(self) -> None:
        query = GROUPS.GroupsRequestBuilderGetQueryParameters(select=self.given["group_select"].split(","), top=999)
        found: list[Any] = []
        await self.each(await self.client.groups.get(_with(GROUPS, "Groups", query)), found.append)
        self.rows.groups.update(group.id for group in found)
        ids = [group.id for group in found if group.visibility != "HiddenMembership"]
        await asyncio.gather(*map(self.members, ids))

    async def members(self, group_id: str) -> None:
        builder = self.client.groups.by_group_id(group_id).members
        async with self.places:
            first = await builder.get(_with(MembersRequestBuilder, "Members", MEMBERS(select=["id"], top=999)))
            await self.each(first, lambda member: self.rows.memberships.add((group_id, member.id)))


def _with(builder: Any, name: str, query: Any) -> Any:
    return getattr(builder, f"{name}RequestBuilderGetRequestConfiguration")(query_parameters=query)


if __name__ == "__main__":
    report(read)
