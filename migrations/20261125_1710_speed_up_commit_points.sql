-- why: the commit point asks for each mail whether anything went to its address, and who answered at its organisation
-- up
create index messages_outreach_address_idx on messages (address_hash, sending_at) where purpose = 'outreach';
create index invitations_letter_organisation_idx on invitations (letter_id, organisation_id);

-- down
drop index invitations_letter_organisation_idx;
drop index messages_outreach_address_idx;
