-- why: a change of name has a day and a reason, and some organisations go by other names without ever having changed theirs
-- up
alter table organisation_names add column reason text;
alter table organisation_names add column kind text not null default 'former'
  constraint organisation_names_kind_check check (kind in ('former', 'alias'));
comment on column organisation_names.ended_at is 'when it was borne last; of an alias: when it was noted';

-- down
alter table organisation_names drop column kind;
alter table organisation_names drop column reason;
