-- why: what was handed over, when and to whom, is kept to the byte, so that anybody can hold the papers against it
-- up
create table deliveries (
  id uuid primary key,
  letter_id uuid not null constraint deliveries_letter_fkey references letters (id),
  addressee text not null,
  delivered_by text not null,
  delivered_at timestamptz not null,
  language text not null,
  recorded_by uuid constraint deliveries_recorded_by_fkey references staff (id),
  recorded_at timestamptz not null
);
comment on table deliveries is 'when a letter was handed over, to whom and by whom; never changed';
create unique index deliveries_letter_idx on deliveries (letter_id);
create index deliveries_recorded_by_idx on deliveries (recorded_by);

create table delivery_files (
  delivery_id uuid not null constraint delivery_files_delivery_fkey references deliveries (id),
  name text not null,
  sha256 bytea not null,
  body bytea not null,
  primary key (delivery_id, name),
  constraint delivery_files_hash_check check (sha256 = sha256(body))
);
comment on table delivery_files is 'the very bytes that were handed over';

create table delivery_entries (
  delivery_id uuid not null constraint delivery_entries_delivery_fkey references deliveries (id),
  signature_id uuid not null constraint delivery_entries_signature_fkey references signatures (id),
  left_out boolean not null,
  primary key (delivery_id, signature_id)
);
comment on table delivery_entries is 'which entries went along, and which were still in review and were left out';
create index delivery_entries_signature_idx on delivery_entries (signature_id);

do $$
declare
  frozen text;
begin
  foreach frozen in array array['deliveries', 'delivery_files', 'delivery_entries'] loop
    execute format('create trigger %I before update or delete on %I for each statement execute function refuse_rewrite()', frozen || '_append_only', frozen);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_rewrite()', frozen || '_no_truncate', frozen);
  end loop;
end $$;

-- down
drop table delivery_entries;
drop table delivery_files;
drop table deliveries;
