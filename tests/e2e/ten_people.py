"""Ten kinds of people in one small tenant over three nights: what docs/explain.md explains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.company import Company
from sandbox.objects import DirectoryObject

UNKNOWN = "0b6c1f8e-6d3a-4f0e-9c55-2f4a3d8e7b10"
CONTACT = "7f2d9a34-51c6-4c0b-8a1e-90b3d6e4c275"
OFFICES = {"Stockholm": "Sweden", "London": "United Kingdom"}


@dataclass
class TenPeople:
    """The tenant, and the object id of everybody by a short name."""

    company: Company = field(default_factory=lambda: Company(seed=7))
    ids: dict[str, str] = field(default_factory=dict)

    def hire(self, short: str, name: str, title: str, manager: str | None = None, **attributes: Any) -> str:
        """Add somebody; their employee number counts up."""
        given, _, surname = name.partition(" ")
        city = attributes.pop("city", "London")
        self.ids[short] = self.company.add_user(
            displayName=name,
            givenName=given,
            surname=surname,
            manager_id=self.ids[manager] if manager else None,
            **{
                "mail": f"{given}.{surname}@contoso.com".lower(),
                "jobTitle": title,
                "department": "Sales",
                "city": city,
                "country": OFFICES[city],
                "employeeId": f"E{len(self.ids):04d}",
                "employeeHireDate": "2023-09-01T00:00:00Z",
                **attributes,
            },
        )
        return self.ids[short]

    def group(self, name: str, *members: str) -> str:
        """Add a security group."""
        group_id = self.company.add_group(
            displayName=name, groupTypes=[], mailEnabled=False, securityEnabled=True, visibility=None
        )
        for member in members:
            self.company.add_member(group_id, member)
        return group_id

    def first_night(self) -> None:
        """Before the first run."""
        hire, ids = self.hire, self.ids
        hire("head", "Grace Adeyemi", "Chief Executive", employeeHireDate="2015-01-05T00:00:00Z")
        hire("lead", "Ivan Petrov", "Head of Sales", "head", employeeHireDate="2017-03-01T00:00:00Z")
        hire("nested", "Astrid Lindqvist", "Account Manager", "lead", city="Stockholm")
        hire("rejected", "Theo Okafor", "Account Manager", "lead")
        hire("owner", "Julia Stone", "Sales Analyst", "lead")
        hire("leaver", "Victor Hale", "Account Manager", "lead")
        hire("former", "Sara Lind", "Sales Engineer", "lead", city="Stockholm")
        attributes = {"id": CONTACT, "displayName": "Pat Holloway", "mail": "pat.holloway@fabrikam.com"}
        self.company.others[CONTACT] = DirectoryObject(id=CONTACT, kind="orgContact", attributes=attributes)
        hire("contact", "Omar Haddad", "Partner Manager", "lead")
        self.company.set_manager(ids["contact"], CONTACT)
        hire("circle", "Lena Brandt", "Product Manager", "lead", department="Product")
        hire("circle2", "Marek Novak", "Product Designer", "circle", department="Product")
        hire("guest", "Chloe Martin", "Consultant", mail="chloe@fabrikam.com", userType="Guest", employeeId=None)
        nordics = self.group("Sales Nordics", ids["nested"])
        emea = self.group("Sales EMEA", nordics)
        self.group("Sales", emea, ids["lead"], ids["rejected"])

    def second_day(self) -> None:
        """Before the second run."""
        self.company.day += 1
        self.company.update_user(self.ids["nested"], jobTitle="Senior Account Manager")
        self.company.delete_user(self.ids["former"])

    def third_day(self) -> None:
        """Before the third run."""
        ids = self.ids
        self.company.day += 1
        self.hire("joiner", "Noah Becker", "Account Manager", "lead", employeeHireDate="2026-01-07T00:00:00Z")
        self.company.delete_user(ids["leaver"])
        self.company.update_user(ids["rejected"], mail="theo.okafor@contoso", jobTitle="Senior Account Manager")
        self.company.set_manager(ids["circle"], ids["circle2"])
        self.hire("held", "Julia Stone", "Sales Trainee", "lead", userPrincipalName="julia.stone2@contoso.com")
        old = self.company.deleted_users[ids["former"]].attributes["employeeId"]
        self.hire("rehire", "Sara Lind", "Sales Engineer", "lead", city="Stockholm", employeeId=old)


# Heading, who is asked for (a short name, or what a person would type), and what happened to them.
KINDS: tuple[tuple[str, str, str], ...] = (
    ("A joiner", "noah.becker@contoso.com", "Noah Becker was added in Entra on the third day."),
    ("Out of scope", "chloe@fabrikam.com", "Chloe Martin is a guest, and the account syncs members only."),
    (
        "Rejected",
        "rejected",
        "Theo Okafor has a new title, and an address that somebody cut short. PeopleGoal keeps what it has of him "
        "until the address is mended: no value of a row that is wrong is taken.",
    ),
    (
        "Held",
        "julia.stone2@contoso.com",
        "A second Julia Stone got the address of the first. She is not synced until Entra says whose it is.",
    ),
    ("A leaver", "victor.hale@contoso.com", "Victor Hale was deleted in Entra on the third day."),
    (
        "A rehire",
        "rehire",
        "Sara Lind left on the second day and was hired again on the third, with a new Entra account. Her former user "
        "stays as it was: another object id is another person, until somebody decides otherwise.",
    ),
    ("A contact as manager", "omar.haddad@contoso.com", "Omar Haddad reports to a contact of a partner company."),
    ("In a circle of managers", "circle2", "Lena Brandt and Marek Novak became each other's manager on the third day."),
    ("In a nested group", "astrid.lindqvist@contoso.com", "Astrid Lindqvist is in Sales through two other groups."),
    ("Somebody unknown", UNKNOWN, "An object id with a typing error, or of another tenant."),
)
