-- why: what waits for room under a cap is counted, and people are not written to too often, whatever the letter
-- up
alter table sending_control
  add column contact_distance_days integer default 2
    constraint sending_control_contact_distance_check check (contact_distance_days > 0),
  add column one_contact_each boolean not null default true;
comment on column sending_control.contact_distance_days is 'an automatic step keeps this far from any other outreach mail to the same address; null: no distance';
comment on column sending_control.one_contact_each is 'an automatic step waits while a colleague is being written to about the same letter';
create index messages_cap_mailbox_idx on messages (mailbox_id, due_at) where state = 'queued' and state_reason = 'cap';
create index messages_cap_domain_idx on messages (recipient_domain, due_at) where state = 'queued' and state_reason = 'cap';
create index messages_address_sent_idx on messages (address_hash, sending_at) where sending_at is not null;

-- down
drop index messages_address_sent_idx;
drop index messages_cap_domain_idx;
drop index messages_cap_mailbox_idx;
alter table sending_control drop column one_contact_each, drop column contact_distance_days;
