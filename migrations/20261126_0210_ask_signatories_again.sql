-- why: when the meaning of a letter changes, every signatory is asked again and stays listed under what it signed
-- up
create table reaffirmations (
  signature_id uuid not null constraint reaffirmations_signature_fkey references signatures (id),
  version_id uuid not null constraint reaffirmations_version_fkey references letter_versions (id),
  asked_at timestamptz not null,
  reminders integer not null default 0 constraint reaffirmations_reminders_check check (reminders between 0 and 2),
  reaffirmed_at timestamptz,
  primary key (signature_id, version_id)
);
create index reaffirmations_version_idx on reaffirmations (version_id);
create index reaffirmations_open_idx on reaffirmations (asked_at) where reaffirmed_at is null;

-- Held entries are listed from the launch on; those who were asked again stay listed.
drop index signatures_public_idx;
create index signatures_public_idx on signatures (letter_id, lower(display_name), id)
  where state in ('published', 'needs_reaffirmation', 'held', 'withdrawn') and visibility = 'public' and kind = 'signature';

-- down
drop index signatures_public_idx;
create index signatures_public_idx on signatures (letter_id, lower(display_name), id)
  where state in ('published', 'withdrawn') and visibility = 'public' and kind = 'signature';
drop table reaffirmations;
