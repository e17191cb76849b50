"""Every statement lies in a file that says what it is, and is used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import entra_sync
from entra_sync.db import sql_folder

FILES = sorted(sql_folder().rglob("*.sql"))
PACKAGE = Path(entra_sync.__file__).parent
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if "sql" not in path.relative_to(PACKAGE).parts]
SQL = re.compile(r"\b(select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|create\s+table)\b", re.I | re.S)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_begins_with_its_name_and_purpose(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert first.startswith(f"-- {path.stem}: ")
    assert len(first) > len(path.stem) + 15


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_there_is_no_sql_in_python(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs]

    assert not [text for text in texts if isinstance(text, str) and SQL.search(text)]


def test_every_statement_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    names = {path.relative_to(sql_folder()).with_suffix("").as_posix() for path in FILES}
    used = {
        name
        for name in names
        if f'"{name}"' in code or f'"{name.split("/")[-1]}"' in code or name.startswith("migrations/")
    }

    assert names - used <= {"schema"}
