-- why: the texts that stood in steps become templates of their own, and enrolments say what they belong to
-- up
-- One step for each position; steps that differed in language only become one, with a text for each.
create temporary table kept_steps on commit drop as
  select s.id, first_value(s.id) over (partition by s.sequence_id, s.position order by s.id) as kept from steps s;
insert into templates (id, name, library, letter_id, created_by, created_at)
  select s.id, left(s.subject, 200), false, q.letter_id, q.created_by, q.created_at
  from steps s join kept_steps k on k.id = s.id and k.kept = s.id join sequences q on q.id = s.sequence_id;
insert into template_versions (id, template_id, number, created_by, created_at)
  select t.id, t.id, 1, t.created_by, t.created_at from templates t join kept_steps k on k.id = t.id;
insert into template_texts (version_id, language, subject, body_md)
  select k.kept, s.language, s.subject, s.body_md from steps s join kept_steps k on k.id = s.id;
update messages m set step_id = k.kept from kept_steps k where m.step_id = k.id and k.kept <> k.id;
delete from steps s using kept_steps k where k.id = s.id and k.kept <> s.id;
update steps set version = 1, template_version_id = id;
insert into sequence_versions (sequence_id, number, rules, created_by, created_at)
  select id, 1, '{}', created_by, created_at from sequences;
update enrolments e set
  kind = q.kind, version = 1, letter_id = q.letter_id, organisation_id = c.organisation_id,
  language = coalesce(
    (select m.language from messages m where m.enrolment_id = e.id order by m.created_at, m.id limit 1),
    l.default_language),
  created_by = q.queued_by,
  state_reason = case
    when e.state = 'active' then null
    when e.state = 'pending' then 'approval'
    when e.state = 'paused' then
      case when e.state_reason = 'out_of_office' then 'out_of_office' else 'manual' end
    when e.state_reason in ('completed', 'replied', 'meeting', 'signed', 'declined', 'unsubscribed', 'bounced',
      'org_replied', 'suppressed', 'removed', 'failed', 'expired') then e.state_reason
    when e.state_reason = 'answered' then 'org_replied'
    when e.state_reason = 'address_invalid' then 'bounced'
    else 'removed' end
  from sequences q, contacts c, letters l
  where q.id = e.sequence_id and c.id = e.contact_id and l.id = q.letter_id;
-- down
delete from sequence_versions;
update steps set template_version_id = null, version = null;
alter table template_texts disable trigger template_texts_append_only;
alter table template_versions disable trigger template_versions_append_only;
delete from template_texts;
delete from template_versions;
alter table template_texts enable trigger template_texts_append_only;
alter table template_versions enable trigger template_versions_append_only;
delete from templates;
update enrolments set batch_id = null;
delete from enrolment_batches;
