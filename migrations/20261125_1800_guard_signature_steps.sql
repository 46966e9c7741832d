-- why: the database refuses every step of a signature that the table of transitions does not have
-- up
create table signature_transitions (
  from_state text not null,
  cause text not null,
  to_state text not null,
  moved_by text not null constraint signature_transitions_moved_by_check check (moved_by in ('company', 'staff', 'system')),
  primary key (from_state, cause)
);
comment on table signature_transitions is 'reference: the same table as TRANSITIONS in domain/signatures/signature.ts; a test holds them together';
create index signature_transitions_states_idx on signature_transitions (from_state, to_state);

-- A second confirmed entry of an organisation is parked until a person has looked at both.
drop index signatures_one_live_idx;
alter table signatures drop constraint signatures_state_check;
alter table signatures add constraint signatures_state_check check (state in (
  'submitted', 'email_confirmed', 'parked', 'awaiting_authority', 'attested', 'in_review', 'needs_information', 'accepted',
  'published', 'held', 'standing', 'triggered', 'disputed', 'needs_reaffirmation', 'expired', 'rejected', 'invalidated',
  'withdrawn', 'rescinded', 'superseded', 'lapsed', 'retracted'));
create unique index signatures_one_live_idx on signatures (letter_id, organisation_id)
  where state not in ('parked', 'expired', 'rejected', 'invalidated', 'withdrawn', 'rescinded', 'superseded', 'lapsed', 'retracted');

-- Who filled in the form, where that is not the officer who signs.
alter table signatures add column submitter_name text;
alter table signatures add column submitter_email text;
alter table signatures add constraint signatures_submitter_check check (
  (submitter_name is null) = (submitter_email is null)
  and (submitter_email is null or lower(submitter_email) <> lower(signatory_email)));

-- A pledge whose condition came true is a signature from then on, and keeps the condition it was given with.
alter table signatures add column activated_at timestamptz;
alter table signatures drop constraint signatures_condition_check;
alter table signatures add constraint signatures_condition_check check (
  (condition_count is null) = (condition_class is null)
  and (kind <> 'pledge' or condition_count is not null)
  and (kind <> 'signature' or condition_count is null or activated_at is not null));

create function check_signature_step() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'submitted' then
      raise exception 'a signature begins as submitted, not as %', new.state
        using errcode = 'check_violation', constraint = 'signatures_step_check';
    end if;
  elsif new.state <> old.state and not exists (
    select from signature_transitions where from_state = old.state and to_state = new.state) then
    raise exception 'a signature does not go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'signatures_step_check';
  end if;
  return new;
end $$;
create trigger signatures_step before insert or update of state on signatures
  for each row execute function check_signature_step();

create function check_signature_history() returns trigger language plpgsql as $$
begin
  if new.from_state is null then
    if new.to_state = 'submitted' and new.cause = 'submitted' then return new; end if;
  elsif exists (select from signature_transitions
                 where from_state = new.from_state and cause = new.cause and to_state = new.to_state) then
    return new;
  end if;
  raise exception 'the history of a signature has no step from % to % because of %', new.from_state, new.to_state, new.cause
    using errcode = 'check_violation', constraint = 'signature_history_step_check';
end $$;
create trigger signature_history_step before insert on signature_history
  for each row execute function check_signature_history();

insert into signature_transitions (from_state, cause, to_state, moved_by) values
  ('submitted', 'address_confirmed', 'email_confirmed', 'company'),
  ('submitted', 'second_entry', 'parked', 'company'),
  ('parked', 'unparked', 'email_confirmed', 'staff'),
  ('email_confirmed', 'officer_asked', 'awaiting_authority', 'company'),
  ('email_confirmed', 'attested', 'attested', 'company'),
  ('awaiting_authority', 'attested', 'attested', 'company'),
  ('awaiting_authority', 'refused', 'rescinded', 'company'),
  ('attested', 'queued', 'in_review', 'system'),
  ('in_review', 'information_asked', 'needs_information', 'staff'),
  ('needs_information', 'information_given', 'in_review', 'company'),
  ('in_review', 'accepted', 'accepted', 'staff'),
  ('parked', 'rejected', 'rejected', 'staff'),
  ('email_confirmed', 'rejected', 'rejected', 'staff'),
  ('awaiting_authority', 'rejected', 'rejected', 'staff'),
  ('attested', 'rejected', 'rejected', 'staff'),
  ('in_review', 'rejected', 'rejected', 'staff'),
  ('needs_information', 'rejected', 'rejected', 'staff'),
  ('rejected', 'reopened', 'email_confirmed', 'staff'),
  ('accepted', 'published', 'published', 'system'),
  ('held', 'published', 'published', 'system'),
  ('accepted', 'held', 'held', 'system'),
  ('accepted', 'pledge_stands', 'standing', 'system'),
  ('standing', 'condition_met', 'triggered', 'system'),
  ('triggered', 'set_back', 'standing', 'system'),
  ('triggered', 'activated', 'accepted', 'system'),
  ('standing', 'lapsed', 'lapsed', 'system'),
  ('triggered', 'lapsed', 'lapsed', 'system'),
  ('standing', 'signed_now', 'accepted', 'company'),
  ('triggered', 'signed_now', 'accepted', 'company'),
  ('standing', 'retracted', 'retracted', 'company'),
  ('triggered', 'retracted', 'retracted', 'company'),
  ('submitted', 'discarded', 'expired', 'staff'),
  ('submitted', 'expired', 'expired', 'system'),
  ('parked', 'expired', 'expired', 'system'),
  ('awaiting_authority', 'expired', 'expired', 'system'),
  ('needs_information', 'expired', 'expired', 'system'),
  ('submitted', 'replaced', 'superseded', 'company'),
  ('parked', 'replaced', 'superseded', 'company'),
  ('email_confirmed', 'replaced', 'superseded', 'company'),
  ('awaiting_authority', 'replaced', 'superseded', 'company'),
  ('attested', 'replaced', 'superseded', 'company'),
  ('in_review', 'replaced', 'superseded', 'company'),
  ('needs_information', 'replaced', 'superseded', 'company'),
  ('parked', 'merged', 'superseded', 'system'),
  ('email_confirmed', 'merged', 'superseded', 'system'),
  ('awaiting_authority', 'merged', 'superseded', 'system'),
  ('attested', 'merged', 'superseded', 'system'),
  ('in_review', 'merged', 'superseded', 'system'),
  ('needs_information', 'merged', 'superseded', 'system'),
  ('accepted', 'merged', 'superseded', 'system'),
  ('published', 'merged', 'superseded', 'system'),
  ('held', 'merged', 'superseded', 'system'),
  ('standing', 'merged', 'superseded', 'system'),
  ('triggered', 'merged', 'superseded', 'system'),
  ('needs_reaffirmation', 'merged', 'superseded', 'system'),
  ('disputed', 'merged', 'superseded', 'system'),
  ('attested', 'disputed', 'disputed', 'company'),
  ('in_review', 'disputed', 'disputed', 'company'),
  ('needs_information', 'disputed', 'disputed', 'company'),
  ('accepted', 'disputed', 'disputed', 'company'),
  ('published', 'disputed', 'disputed', 'company'),
  ('held', 'disputed', 'disputed', 'company'),
  ('standing', 'disputed', 'disputed', 'company'),
  ('triggered', 'disputed', 'disputed', 'company'),
  ('needs_reaffirmation', 'disputed', 'disputed', 'company'),
  ('accepted', 'questioned', 'disputed', 'staff'),
  ('published', 'questioned', 'disputed', 'staff'),
  ('held', 'questioned', 'disputed', 'staff'),
  ('standing', 'questioned', 'disputed', 'staff'),
  ('triggered', 'questioned', 'disputed', 'staff'),
  ('needs_reaffirmation', 'questioned', 'disputed', 'staff'),
  ('disputed', 'dispute_settled', 'in_review', 'staff'),
  ('accepted', 'text_changed', 'needs_reaffirmation', 'system'),
  ('published', 'text_changed', 'needs_reaffirmation', 'system'),
  ('held', 'text_changed', 'needs_reaffirmation', 'system'),
  ('standing', 'text_changed', 'needs_reaffirmation', 'system'),
  ('needs_reaffirmation', 'reaffirmed', 'accepted', 'company'),
  ('published', 'withdrawn', 'withdrawn', 'company'),
  ('needs_reaffirmation', 'withdrawn', 'withdrawn', 'company'),
  ('published', 'withdrawn_on_request', 'withdrawn', 'staff'),
  ('needs_reaffirmation', 'withdrawn_on_request', 'withdrawn', 'staff'),
  ('email_confirmed', 'taken_back', 'rescinded', 'company'),
  ('awaiting_authority', 'taken_back', 'rescinded', 'company'),
  ('attested', 'taken_back', 'rescinded', 'company'),
  ('in_review', 'taken_back', 'rescinded', 'company'),
  ('needs_information', 'taken_back', 'rescinded', 'company'),
  ('accepted', 'taken_back', 'rescinded', 'company'),
  ('held', 'taken_back', 'rescinded', 'company'),
  ('needs_reaffirmation', 'taken_back', 'rescinded', 'company'),
  ('disputed', 'taken_back', 'rescinded', 'company'),
  ('email_confirmed', 'rescinded', 'rescinded', 'staff'),
  ('awaiting_authority', 'rescinded', 'rescinded', 'staff'),
  ('attested', 'rescinded', 'rescinded', 'staff'),
  ('in_review', 'rescinded', 'rescinded', 'staff'),
  ('needs_information', 'rescinded', 'rescinded', 'staff'),
  ('accepted', 'rescinded', 'rescinded', 'staff'),
  ('held', 'rescinded', 'rescinded', 'staff'),
  ('standing', 'rescinded', 'rescinded', 'staff'),
  ('triggered', 'rescinded', 'rescinded', 'staff'),
  ('needs_reaffirmation', 'rescinded', 'rescinded', 'staff'),
  ('disputed', 'rescinded', 'rescinded', 'staff'),
  ('accepted', 'invalidated', 'invalidated', 'staff'),
  ('published', 'invalidated', 'invalidated', 'staff'),
  ('held', 'invalidated', 'invalidated', 'staff'),
  ('standing', 'invalidated', 'invalidated', 'staff'),
  ('triggered', 'invalidated', 'invalidated', 'staff'),
  ('needs_reaffirmation', 'invalidated', 'invalidated', 'staff'),
  ('disputed', 'invalidated', 'invalidated', 'staff'),
  ('invalidated', 'restored', 'in_review', 'staff');

-- down
drop trigger signature_history_step on signature_history;
drop function check_signature_history();
drop trigger signatures_step on signatures;
drop function check_signature_step();
alter table signatures drop constraint signatures_condition_check;
alter table signatures add constraint signatures_condition_check check ((kind = 'pledge') = (condition_count is not null and condition_class is not null));
alter table signatures drop column activated_at;
alter table signatures drop constraint signatures_submitter_check;
alter table signatures drop column submitter_email;
alter table signatures drop column submitter_name;
drop index signatures_one_live_idx;
create unique index signatures_one_live_idx on signatures (letter_id, organisation_id)
  where state not in ('expired', 'rejected', 'invalidated', 'withdrawn', 'rescinded', 'superseded');
alter table signatures drop constraint signatures_state_check;
alter table signatures add constraint signatures_state_check check (state in (
  'submitted', 'email_confirmed', 'awaiting_authority', 'attested', 'in_review', 'needs_information', 'accepted',
  'published', 'held', 'disputed', 'needs_reaffirmation', 'standing', 'expired', 'rejected', 'invalidated',
  'withdrawn', 'rescinded', 'superseded'));
drop table signature_transitions;
