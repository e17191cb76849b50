"""The list of what can be wrong with a row of a directory, and of what looks wrong and is not.

Each defect names the code of docs/issue_codes.md, the field that the issue stands at under sandbox/accounts, and
the attributes that make it. Noise has to reach PeopleGoal as it is, but for blanks around it. Everybody is fictional.
"""

from __future__ import annotations

from typing import Any


def extension(number: int, value: str | None) -> dict[str, Any]:
    """One of the fifteen extension attributes; the others stay as they are."""
    return {"onPremisesExtensionAttributes": {f"extensionAttribute{number}": value}}


# Code, field, attributes. One person each.
DEFECTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("email_invalid", "email", {"mail": "jo.smith(at)contoso.com"}),
    ("email_invalid", "email", {"mail": "jo smith@contoso.com"}),
    ("email_invalid", "email", {"mail": "jo.smith@contoso"}),
    ("email_invalid", "email", {"mail": "jo@smith@contoso.com"}),
    ("email_invalid", "custom.second_email", extension(7, "no second address")),
    ("date_invalid", "hire_date", {"employeeHireDate": "2024-13-45T00:00:00Z"}),
    ("date_invalid", "custom.probation_ends", extension(2, "next summer")),
    ("date_implausible", "hire_date", {"employeeHireDate": "1601-01-01T00:00:00Z"}),
    ("date_implausible", "hire_date", {"employeeHireDate": "9999-12-31T23:59:59Z"}),
    ("date_implausible", "custom.probation_ends", extension(2, "1601-01-01")),
    ("number_invalid", "custom.level", extension(3, "four")),
    ("number_invalid", "custom.level", extension(3, "4.5")),
    ("bool_invalid", "custom.remote", extension(4, "perhaps")),
    ("value_not_allowed", "employee_type", {"employeeType": "Volunteer"}),
    ("value_missing", "custom.cost_center", extension(1, None)),
    ("value_missing", "custom.cost_center", extension(1, " \u00a0 ")),
    ("phone_invalid", "mobile_phone", {"mobilePhone": "ask reception"}),
    ("phone_invalid", "mobile_phone", {"mobilePhone": "+44 20 7946 0000 / +44 20 7946 0001"}),
    ("phone_invalid", "work_phone", {"businessPhones": ["12"]}),
    ("phone_invalid", "custom.pager", extension(6, "none")),
    ("text_too_long", "job_title", {"jobTitle": "Senior " * 42 + "Writer"}),
    ("text_cleaned", "job_title", {"jobTitle": "Sales\x00 Manager"}),
    ("text_cleaned", "department", {"department": "Research \x07and\x1b Development"}),
    ("text_cleaned", "first_name", {"givenName": "An\ud800na"}),
    ("text_cleaned", "office", {"officeLocation": "Floor \udc00 4"}),
    ("name_missing", "display_name", {"displayName": None}),
    ("name_missing", "display_name", {"displayName": " \u2003 "}),
    ("account_state_unknown", "accountEnabled", {"accountEnabled": None}),
    ("title_is_shouted", "job_title", {"jobTitle": "CHIEF OF EVERYTHING"}),
)

# Two people each get the first and the second value: the same as PeopleGoal sees it.
SHARED: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
    ("employee_id_duplicate", "employee_id", {"employeeId": "E990001"}, {"employeeId": " e990001 "}),
    ("value_duplicate", "custom.badge", extension(5, "B-4711"), extension(5, "b-4711")),
)

NOISE: tuple[dict[str, Any], ...] = (
    {"displayName": "Zoe\u0308 O\u2019Brien \U0001f331", "surname": "O\u2019Brien"},
    {"displayName": 'Mary-Jane O\'Neil, "MJ"', "surname": "O'Neil"},
    {"displayName": "عمر حداد", "givenName": "عمر", "surname": "حداد"},
    {"displayName": "\u202bשרה לוי\u202c", "givenName": "שרה", "surname": "לוי"},
    {"displayName": "\U0001f468\u200d\U0001f469\u200d\U0001f467 Müller", "jobTitle": "\U0001f1e9\U0001f1ea Lead"},
    {"displayName": "नमिता शर्मा", "jobTitle": "ประธาน"},
    {"displayName": "Tie\u0302\u0301n Nguye\u0302\u0303n", "surname": "Nguye\u0302\u0303n"},
    {"displayName": "=1+2", "jobTitle": "+49"},
    {"displayName": "@SUM(A1:A9)", "jobTitle": "-1"},
    {"displayName": "<script>alert('1')</script>", "jobTitle": "R&amp;D & <b>bold</b>"},
    {"displayName": "Robert'); DROP TABLE profile;--", "department": "x' OR '1'='1"},
    {"displayName": "{givenName} %s $1 ${x} {{ y }}", "jobTitle": "\\N"},
    {"displayName": "null", "jobTitle": "None", "department": "NaN", "city": "NULL"},
    {"displayName": "C:\\temp\\new", "jobTitle": "tab\there", "department": "two\nlines", "city": '"quoted", city'},
    {"displayName": "  Ada   Lovelace  ", "jobTitle": "\u00a0Analyst\u2003", "department": "\tR\n"},
    {"jobTitle": "", "department": "", "mobilePhone": "", "businessPhones": []},
    {"jobTitle": "x" * 256, "department": "\U0001f331" * 256},
    {"employeeHireDate": "0001-01-01T00:00:00Z"},
    {"employeeHireDate": "2024-02-29T23:30:00+02:00"},
    {"mobilePhone": "+44 (0)20 7946-0000 ext. 12", "businessPhones": ["+49/30\u00a02312\u2013100"]},
    {"preferredLanguage": "zh-Hant-TW", "city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"},
    extension(2, "2026-06-30") | {"companyName": "Contoso, Ltd; (UK) | Europe"},
    extension(3, "+7") | {"state": "\u2028"},
    extension(4, "YES"),
    extension(5, 'Tür "5" \\ Süd, \u202dא'),
)
