-- hold_leavers: nobody is deactivated tonight; whoever would be waits for the decision.
update plan_user
set hold = 'too_many_deactivations', decision_id = %(decision_id)s
where action = 'deactivate' and hold is null;
