-- hold_newcomers: nobody is created tonight; whoever would be waits for the decision.
update plan_user
set hold = 'too_many_creations', decision_id = %(decision_id)s, is_active = false
where action = 'create' and hold is null;
