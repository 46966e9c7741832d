-- why: a person takes back their own stop and no other one; answers of mail servers name addresses that must be erasable
-- up
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'links_purpose_check');
begin
  alter table links drop constraint links_purpose_check;
  execute 'alter table links add constraint links_purpose_check ' || replace(known, ']', ', ''preferences''::text]');
end $$;
drop index suppressions_address_idx;
create unique index suppressions_address_idx on suppressions
  (address_hash, coalesce(letter_id, '00000000-0000-0000-0000-000000000000'), (reason in ('unsubscribed', 'complaint')));
create index suppressions_created_idx on suppressions (created_at desc, id desc);
alter table message_events disable trigger message_events_append_only;
update message_events set detail = jsonb_set(detail, '{reply}',
  to_jsonb(regexp_replace(detail->>'reply', '[^[:space:]<>:;,"()]+@[^[:space:]<>:;,"()]+', '[address]', 'g')))
  where detail->>'reply' like '%@%';
alter table message_events enable trigger message_events_append_only;

-- down
drop index suppressions_created_idx;
drop index suppressions_address_idx;
delete from suppressions s using suppressions p
  where s.address_hash = p.address_hash and s.letter_id is not distinct from p.letter_id
  and s.reason not in ('unsubscribed', 'complaint') and p.reason in ('unsubscribed', 'complaint');
create unique index suppressions_address_idx on suppressions (address_hash, coalesce(letter_id, '00000000-0000-0000-0000-000000000000'));
delete from links where purpose = 'preferences';
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'links_purpose_check');
begin
  alter table links drop constraint links_purpose_check;
  execute 'alter table links add constraint links_purpose_check ' || replace(known, ', ''preferences''::text', '');
end $$;
