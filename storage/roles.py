"""Who may do what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Role, RoleGrant


@dataclass(frozen=True)
class Roles:
    """What one person may do: coordinate everything, or lead some groups, or neither."""

    coordinator: bool = False
    leads: frozenset[int] = field(default_factory=frozenset)

    def may(self, role: Role, *, group: int | None = None) -> bool:
        """Whether this is enough for `role`, in `group` where given. A coordinator may do what a lead may."""
        if role is Role.PARTICIPANT or self.coordinator:
            return True
        if role is Role.COORDINATOR:
            return False
        return bool(self.leads) if group is None else group in self.leads

    @property
    def highest(self) -> Role:
        """The highest of the person's roles, for the history."""
        if self.coordinator:
            return Role.COORDINATOR
        return Role.LEAD if self.leads else Role.PARTICIPANT


async def everybody(session: AsyncSession) -> dict[str, Roles]:
    """The roles of all who have any, by user ID."""
    found: dict[str, Roles] = {}
    for grant in await session.scalars(select(RoleGrant)):
        old = found.get(grant.user_id, Roles())
        leads = old.leads if grant.group_number is None else old.leads | {grant.group_number}
        found[grant.user_id] = Roles(old.coordinator or grant.role is Role.COORDINATOR, leads)
    return found


async def leads_of(session: AsyncSession, group: int) -> list[str]:
    """User IDs of those who lead a group."""
    found = await session.scalars(
        select(RoleGrant.user_id).where(RoleGrant.group_number == group).order_by(RoleGrant.user_id)
    )
    return list(found)


async def replace(session: AsyncSession, *, coordinators: Iterable[str], leads: Mapping[int, Iterable[str]]) -> None:
    """Make the roles what the configuration says."""
    await session.execute(delete(RoleGrant))
    rows: list[dict[str, str | int | None]] = [
        {"user_id": each, "role": Role.COORDINATOR, "group_number": None} for each in set(coordinators)
    ]
    rows += [
        {"user_id": each, "role": Role.LEAD, "group_number": group}
        for group, people in leads.items()
        for each in set(people)
    ]
    if rows:
        await session.execute(insert(RoleGrant), rows)
