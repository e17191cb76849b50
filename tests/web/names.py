"""Names that break pages and spreadsheets which do not take care."""

SCRIPT = "<script>alert('hello')</script>"
FORMULA = '=HYPERLINK("https://example.org","Click me")'
NASTY = (
    SCRIPT,
    FORMULA,
    '"><img src=x onerror=alert(1)>',
    "+1 Anna",
    "-Robert'); DROP TABLE sync.run;--",
    "@SUM(A1:A9)",
    "محمد بن عبد الرحمن الفارسي",
    "{{ 7 * 7 }} ${7*7}",
    "Wolfeschlegelsteinhausenbergerdorff-" * 3 + "Senior",
    "李小龍",
    "Zoë O'Neil-Ångström",
)
