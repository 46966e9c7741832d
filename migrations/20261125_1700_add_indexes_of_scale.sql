-- why: what ticks and pages ask once there are many thousand mails and tasks is found by index (ruling 31)
-- up
create index tasks_subject_idx on tasks (subject_id, kind);
create index messages_handed_over_idx on messages (created_at) where transport = 'smtp' and sending_at is not null;
create index contacts_name_trgm_idx on contacts using gin (name gin_trgm_ops);

-- down
drop index contacts_name_trgm_idx;
drop index messages_handed_over_idx;
drop index tasks_subject_idx;
