-- hold_team_losses: the members whom these teams would lose stay, and wait for the decision.
update plan_member
set hold = 'too_much_team_loss', decision_id = %(decision_id)s
from plan_team_loss as loss
where plan_member.team_key = loss.team_key and plan_member.action = 'remove' and not plan_member.is_leaver;
