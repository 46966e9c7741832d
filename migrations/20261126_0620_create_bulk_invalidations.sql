-- why: many entries can be taken off at once, in batches that show how far they are, can be stopped, and can be undone
-- up
create table bulk_invalidations (
  id uuid primary key,
  summary text not null,
  filter jsonb not null,
  reason_code text not null constraint bulk_invalidations_reason_fkey references rejection_reasons (code),
  tell_signatories boolean not null default false,
  state text not null constraint bulk_invalidations_state_check check (state in ('draft', 'waiting', 'running', 'cancelled', 'done', 'undoing', 'undone')),
  created_by uuid constraint bulk_invalidations_created_by_fkey references staff (id),
  created_at timestamptz not null,
  started_by uuid constraint bulk_invalidations_started_by_fkey references staff (id),
  started_at timestamptz,
  approved_by uuid constraint bulk_invalidations_approved_by_fkey references staff (id),
  undone_by uuid constraint bulk_invalidations_undone_by_fkey references staff (id),
  finished_at timestamptz,
  row_version integer not null default 1
);
create index bulk_invalidations_reason_idx on bulk_invalidations (reason_code);
create index bulk_invalidations_created_by_idx on bulk_invalidations (created_by);
create index bulk_invalidations_started_by_idx on bulk_invalidations (started_by);
create index bulk_invalidations_approved_by_idx on bulk_invalidations (approved_by);
create index bulk_invalidations_undone_by_idx on bulk_invalidations (undone_by);
create index bulk_invalidations_under_way_idx on bulk_invalidations (started_at) where state in ('running', 'undoing');

create table bulk_invalidation_items (
  bulk_id uuid not null constraint bulk_invalidation_items_bulk_fkey references bulk_invalidations (id) on delete cascade,
  signature_id uuid not null constraint bulk_invalidation_items_signature_fkey references signatures (id) on delete cascade,
  state_before text,
  published_before timestamptz,
  outcome text constraint bulk_invalidation_items_outcome_check check (outcome in ('invalidated', 'discarded', 'rejected', 'skipped')),
  outcome_reason text,
  done_at timestamptz,
  undo_outcome text constraint bulk_invalidation_items_undo_check check (undo_outcome in ('restored', 'left')),
  undo_reason text,
  undone_at timestamptz,
  primary key (bulk_id, signature_id),
  constraint bulk_invalidation_items_done_check check ((outcome is null) = (done_at is null)),
  constraint bulk_invalidation_items_undone_check check ((undo_outcome is null) = (undone_at is null))
);
create index bulk_invalidation_items_signature_idx on bulk_invalidation_items (signature_id);
create index bulk_invalidation_items_open_idx on bulk_invalidation_items (bulk_id) where outcome is null;

-- down
drop table bulk_invalidation_items;
drop table bulk_invalidations;
