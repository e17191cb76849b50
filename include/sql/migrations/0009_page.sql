-- 0009_page: what the page Sync history pages by.
create index run_by_start on sync.run (account_id, started_at desc, id desc);
create index run_by_status on sync.run (account_id, status, started_at desc, id desc);
create index change_by_kind on sync.change (run_id, entity, action, seq);
create index issue_by_code on sync.issue (run_id, code, seq);
create index app_user_by_status on peoplegoal.app_user (account_id, status, id);
