-- why: from here on every step has its template and its version, and one contact goes through one sequence at a time
-- up
drop index steps_position_idx;
alter table steps
  alter column version set not null,
  alter column template_version_id set not null,
  drop column subject,
  drop column body_md,
  drop column language,
  add constraint steps_sequence_version_fkey foreign key (sequence_id, version) references sequence_versions (sequence_id, number);
create unique index steps_position_idx on steps (sequence_id, version, position);
create unique index steps_key_idx on steps (sequence_id, version, step_key);
alter table enrolments
  alter column kind set not null,
  alter column kind set default 'one_off',
  alter column version set not null,
  alter column version set default 1,
  add constraint enrolments_kind_check check (kind in ('one_off', 'sequence')),
  add constraint enrolments_kept_check check (kind = 'one_off' or (
    language is not null and letter_id is not null and organisation_id is not null)),
  add constraint enrolments_reason_check check (case state
    when 'active' then state_reason is null
    when 'pending' then state_reason in ('throttle', 'window', 'approval')
    when 'paused' then state_reason in ('manual', 'out_of_office', 'org_hold', 'mailbox_unhealthy', 'letter_paused')
    else state_reason in ('completed', 'replied', 'meeting', 'signed', 'declined', 'unsubscribed', 'bounced',
      'org_replied', 'suppressed', 'removed', 'failed', 'expired') and finished_at is not null end);
create unique index enrolments_one_live_idx on enrolments (contact_id) where kind = 'sequence' and state <> 'finished';
create index enrolments_sequence_idx on enrolments (sequence_id, created_at desc, id desc);

-- down
drop index enrolments_sequence_idx;
drop index enrolments_one_live_idx;
alter table enrolments
  drop constraint enrolments_reason_check,
  drop constraint enrolments_kept_check,
  drop constraint enrolments_kind_check,
  alter column version drop default,
  alter column version drop not null,
  alter column kind drop default,
  alter column kind drop not null;
drop index steps_key_idx;
drop index steps_position_idx;
alter table steps
  drop constraint steps_sequence_version_fkey,
  add column subject text,
  add column body_md text,
  add column language text;
-- Every version's steps stay, since mails point to them; they stand one after the other.
update steps s set position = n.position, subject = t.subject, body_md = t.body_md, language = t.language
  from (select id, row_number() over (partition by sequence_id order by version, position) as position from steps) n,
    lateral (select x.subject, x.body_md, x.language from template_texts x join steps p on p.template_version_id = x.version_id
      where p.id = n.id order by x.language limit 1) t
  where n.id = s.id;
alter table steps
  alter column subject set not null,
  alter column body_md set not null,
  alter column language set not null,
  alter column template_version_id drop not null,
  alter column version drop not null;
create unique index steps_position_idx on steps (sequence_id, position, language);
