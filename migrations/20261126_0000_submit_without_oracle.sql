-- why: a submission never looks whether the organisation has signed; only a confirmation makes or meets an organisation
-- up
alter table signatures alter column organisation_id drop not null;
alter table signatures add constraint signatures_organisation_check check (
  organisation_id is not null or state in ('submitted', 'expired', 'superseded'));

-- What nobody confirmed proves nothing, so that it stands in nobody's way.
drop index signatures_one_live_idx;
create unique index signatures_one_live_idx on signatures (letter_id, organisation_id)
  where state not in ('submitted', 'parked', 'expired', 'rejected', 'invalidated', 'withdrawn', 'rescinded', 'superseded', 'lapsed', 'retracted');

-- The invitation, or the country and the folded name that were given: one signatory's submissions for one organisation
-- are one row until confirmed.
alter table signatures add column waits_as text;
create unique index signatures_one_waiting_idx on signatures (
  letter_id, waits_as, lower(signatory_email), lower(coalesce(submitter_email, ''))) where state = 'submitted';

-- When staff and owner were told of a second entry: of a parked one, that it waits; of a standing one, the last time.
alter table signatures add column second_told_at timestamptz;
create index signatures_untold_idx on signatures (confirmed_at) where state = 'parked' and second_told_at is null;
create index signatures_parked_idx on signatures (letter_id, organisation_id) where state = 'parked';

-- down
drop index signatures_parked_idx;
drop index signatures_untold_idx;
alter table signatures drop column second_told_at;
drop index signatures_one_waiting_idx;
alter table signatures drop column waits_as;
drop index signatures_one_live_idx;
create unique index signatures_one_live_idx on signatures (letter_id, organisation_id)
  where state not in ('parked', 'expired', 'rejected', 'invalidated', 'withdrawn', 'rescinded', 'superseded', 'lapsed', 'retracted');
alter table signatures drop constraint signatures_organisation_check;
alter table signatures alter column organisation_id set not null;
