-- why: what a signatory says beside the signature is a history of statements, each decided on by staff
-- up
-- What the form asked for beside the quote: a reservation on one clause of the signed version.
alter table signatures add column reservation_clause integer;
alter table signatures add column reservation text;
alter table signatures add constraint signatures_reservation_check check (
  (reservation_clause is null) = (reservation is null) and (reservation_clause is null or reservation_clause > 0));

create table logo_terms (
  version integer not null,
  language text not null,
  body text not null,
  valid_from date not null,
  constraint logo_terms_pkey primary key (version, language)
);
comment on table logo_terms is 'reference: what an organisation agrees to with its logo; a version is never changed, a new one is added';
insert into logo_terms (version, language, body, valid_from) values
  (1, 'en', 'The organisation lets the sponsor of this letter show its logo beside its name in the list of signatories of this letter, in this size, for as long as it stands by its signature. The logo is not used for anything else, is not changed but for its size, and gives no right to others. The organisation may take this back at any time; the logo is then removed at once.', '2026-11-25'),
  (1, 'fr', 'L’organisation permet au promoteur de cette lettre de montrer son logo à côté de son nom dans la liste des signataires de cette lettre, dans cette taille, tant qu’elle maintient sa signature. Le logo ne sert à rien d’autre, n’est modifié que dans sa taille et ne donne aucun droit à des tiers. L’organisation peut revenir sur cet accord à tout moment ; le logo est alors retiré aussitôt.', '2026-11-25');

create table signature_statements (
  id uuid primary key,
  signature_id uuid not null constraint signature_statements_signature_fkey references signatures (id),
  kind text not null constraint signature_statements_kind_check check (kind in ('quote', 'reservation', 'logo', 'display_name', 'legal_name')),
  clause integer,
  body text,
  language text not null,
  state text not null constraint signature_statements_state_check check (state in ('waiting', 'approved', 'change_asked', 'refused', 'replaced', 'taken_back')),
  note text,
  logo bytea,
  logo_hash bytea,
  logo_type text constraint signature_statements_logo_type_check check (logo_type in ('image/png')),
  logo_width integer,
  logo_height integer,
  terms_version integer,
  terms_language text,
  terms_agreed_at timestamptz,
  submitted_at timestamptz not null,
  decided_at timestamptz,
  decided_by uuid constraint signature_statements_decided_by_fkey references staff (id),
  ended_at timestamptz,
  row_version integer not null default 1,
  constraint signature_statements_terms_fkey foreign key (terms_version, terms_language) references logo_terms (version, language),
  constraint signature_statements_clause_check check ((kind = 'reservation') = (clause is not null)),
  constraint signature_statements_logo_check check (
    (kind = 'logo') = (logo_hash is not null and terms_version is not null and terms_agreed_at is not null)
    and (logo is null or kind = 'logo')),
  constraint signature_statements_shown_logo_check check (kind <> 'logo' or logo is not null or state not in ('waiting', 'approved')),
  constraint signature_statements_body_check check ((kind = 'logo') = (body is null)),
  constraint signature_statements_ended_check check ((ended_at is not null) = (state in ('replaced', 'taken_back')))
);
comment on column signature_statements.logo is 'decoded and encoded anew by us; emptied once it is replaced, refused or taken back';
create unique index signature_statements_one_waiting_idx on signature_statements (signature_id, kind, coalesce(clause, 0)) where state = 'waiting';
create unique index signature_statements_one_shown_idx on signature_statements (signature_id, kind, coalesce(clause, 0)) where state = 'approved';
create index signature_statements_signature_idx on signature_statements (signature_id, submitted_at);
create index signature_statements_waiting_idx on signature_statements (submitted_at) where state = 'waiting';
create index signature_statements_logo_idx on signature_statements (logo_hash) where kind = 'logo' and state = 'approved';
create index signature_statements_decided_by_idx on signature_statements (decided_by);
create index signature_statements_terms_idx on signature_statements (terms_version, terms_language);

-- What a signatory answers when we ask for more, and why somebody of theirs says that they never signed.
create table signature_words (
  id uuid primary key,
  signature_id uuid not null constraint signature_words_signature_fkey references signatures (id),
  kind text not null constraint signature_words_kind_check check (kind in ('information', 'dispute')),
  body text not null,
  at timestamptz not null
);
create index signature_words_signature_idx on signature_words (signature_id, at);

-- What the signing form said becomes the first statement of its kind with the signature itself, whatever door it came
-- by; a quote that is accepted together with the signature is thereby decided (decision 21).
create function keep_first_statements() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.quote is not null then
      insert into signature_statements (id, signature_id, kind, body, language, state, submitted_at, decided_at)
      values (gen_random_uuid(), new.id, 'quote', new.quote, new.language,
              case when new.quote_approved then 'approved' else 'waiting' end, new.submitted_at,
              case when new.quote_approved then coalesce(new.accepted_at, new.submitted_at) end);
    end if;
    if new.reservation is not null then
      insert into signature_statements (id, signature_id, kind, clause, body, language, state, submitted_at)
      values (gen_random_uuid(), new.id, 'reservation', new.reservation_clause, new.reservation, new.language, 'waiting', new.submitted_at);
    end if;
  elsif new.quote_approved and not old.quote_approved then
    update signature_statements
       set state = 'approved', decided_at = coalesce(new.accepted_at, new.submitted_at), decided_by = new.reviewed_by, row_version = row_version + 1
     where signature_id = new.id and kind = 'quote' and state = 'waiting' and body = new.quote;
  end if;
  return null;
end $$;
create trigger signatures_statements after insert or update of quote_approved on signatures
  for each row execute function keep_first_statements();

insert into signature_statements (id, signature_id, kind, body, language, state, submitted_at, decided_at, decided_by)
  select gen_random_uuid(), id, 'quote', quote, language,
         case when quote_approved then 'approved' else 'waiting' end, submitted_at,
         case when quote_approved then coalesce(accepted_at, submitted_at) end,
         case when quote_approved then reviewed_by end
    from signatures where quote is not null;

-- down
drop trigger signatures_statements on signatures;
drop function keep_first_statements();
drop table signature_statements;
drop table signature_words;
drop table logo_terms;
alter table signatures drop constraint signatures_reservation_check;
alter table signatures drop column reservation;
alter table signatures drop column reservation_clause;
