-- why: a parent that signs for its whole group covers those below it: nobody writes to them, and the list names them
-- up
-- The nearest organisation above whose signature for the whole group stands; null where there is none. What waits for a
-- condition, for people or for staff covers nobody yet.
create function covering_signature(of_letter uuid, of_organisation uuid) returns uuid language sql stable as $$
  with recursive above (id, floor) as (
    select parent_id, 1 from organisations where id = of_organisation and parent_id is not null
    union all
    select o.parent_id, a.floor + 1 from above a join organisations o on o.id = a.id where o.parent_id is not null
  )
  select s.id from above a join signatures s on s.organisation_id = a.id and s.letter_id = of_letter
   where s.scope = 'group' and s.kind = 'signature' and s.state in ('accepted', 'published', 'held', 'needs_reaffirmation')
   order by a.floor limit 1
$$;
comment on function covering_signature is 'the signature for a whole group that covers an organisation under a letter, of the nearest organisation above it';

alter table enrolments drop constraint enrolments_reason_check, add constraint enrolments_reason_check check (case state
    when 'active' then state_reason is null
    when 'pending' then state_reason in ('throttle', 'window', 'approval')
    when 'paused' then state_reason in ('manual', 'out_of_office', 'org_hold', 'mailbox_unhealthy', 'letter_paused')
    else state_reason in ('completed', 'replied', 'meeting', 'signed', 'covered_by_parent', 'declined', 'unsubscribed',
      'bounced', 'org_replied', 'suppressed', 'removed', 'failed', 'expired') and finished_at is not null end);

-- down
update enrolments set state_reason = 'signed' where state_reason = 'covered_by_parent';
alter table enrolments drop constraint enrolments_reason_check, add constraint enrolments_reason_check check (case state
    when 'active' then state_reason is null
    when 'pending' then state_reason in ('throttle', 'window', 'approval')
    when 'paused' then state_reason in ('manual', 'out_of_office', 'org_hold', 'mailbox_unhealthy', 'letter_paused')
    else state_reason in ('completed', 'replied', 'meeting', 'signed', 'declined', 'unsubscribed', 'bounced',
      'org_replied', 'suppressed', 'removed', 'failed', 'expired') and finished_at is not null end);
drop function covering_signature(uuid, uuid);
