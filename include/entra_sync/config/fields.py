"""The fields of a PeopleGoal profile and where they come from by default.

Attribute names are Graph's; dotted paths reach into an object, ``[0]`` takes the first of a list.
"""

from __future__ import annotations

from typing import Any

PROFILE_COLUMNS: tuple[str, ...] = (
    "first_name",
    "last_name",
    "display_name",
    "job_title",
    "department",
    "company",
    "office",
    "city",
    "state",
    "country",
    "mobile_phone",
    "work_phone",
    "employee_id",
    "employee_type",
    "hire_date",
    "preferred_language",
    "manager",
)

DEFAULT_MAPPING: dict[str, Any] = {
    "email": {"from": "mail", "default": "userPrincipalName", "type": "email"},
    "first_name": "givenName",
    "last_name": "surname",
    "display_name": "displayName",
    "job_title": "jobTitle",
    "department": "department",
    "company": "companyName",
    "office": "officeLocation",
    "city": "city",
    "state": "state",
    "country": "country",
    "mobile_phone": "mobilePhone",
    "work_phone": "businessPhones[0]",
    "employee_id": "employeeId",
    "employee_type": "employeeType",
    "hire_date": {"from": "employeeHireDate", "type": "date"},
    "preferred_language": "preferredLanguage",
    "manager": "manager",
}
