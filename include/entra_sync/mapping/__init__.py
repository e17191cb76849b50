"""Directory attributes to the values of PeopleGoal fields, all rows at once; the account's ``mapping`` decides."""
