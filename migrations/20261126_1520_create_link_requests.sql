-- why: whoever asks for a signatory's link again must not learn by the time of the answer who has signed: the form only leaves a wish, the worker looks who it is from
-- up
create table link_requests (
  id uuid primary key,
  letter_id uuid not null constraint link_requests_letter_fkey references letters (id),
  address_hash bytea not null,
  sealed bytea not null,
  requested_at timestamptz not null
);
comment on table link_requests is 'wishes for a lost link to an entry, each deleted once the worker has looked at it';
comment on column link_requests.sealed is 'the address that was typed, encrypted';
create unique index link_requests_one_idx on link_requests (letter_id, address_hash);
create index link_requests_due_idx on link_requests (requested_at, id);

-- down
drop table link_requests;
