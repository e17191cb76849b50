"""The made-up company: what is in it, and how it is built."""

from sandbox.build import build_company
from sandbox.model import Company
from sandbox.objects import Change, DirectoryObject, Group, User

__all__ = ["Change", "Company", "DirectoryObject", "Group", "User", "build_company"]
