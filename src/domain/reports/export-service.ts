import type { Ctx } from "../../platform/context.js";
import { record } from "../activity/service.js";
import { mayDo, type Permission } from "../team/permission.js";
import { requirePermission } from "../team/service.js";
import { declineBatch, organisationBatch, signatoryBatch, type Batch, type Cell } from "./export-views.js";
import { findReportLetter } from "./views.js";

/** The lists that can be taken along. */
export const EXPORTS = ["signatories", "organisations", "declines"] as const;

/** One of those lists. */
export type ExportName = (typeof EXPORTS)[number];

interface Definition {
  permission: Permission;
  columns: readonly string[];
  /** Columns that hold addresses or names of persons: for those who may take them along. */
  personal?: readonly string[];
  batch(ctx: Ctx, letterId: string | undefined, after: string | undefined): Promise<Batch>;
}

const LISTS: Record<ExportName, Definition> = {
  signatories: {
    permission: "signatures:read",
    columns: ["letter", "organisation", "country", "sector", "signed_on", "withdrew_on", "quote"],
    batch: signatoryBatch,
  },
  organisations: {
    permission: "organisations:read",
    columns: [
      "id",
      "name",
      "legal_name",
      "country",
      "sector",
      "website",
      "active_satellites",
      "source",
      "external_id",
      "contacts",
    ],
    personal: ["contacts"],
    batch: organisationBatch,
  },
  declines: {
    permission: "declines:read",
    columns: [
      "letter",
      "organisation",
      "country",
      "sector",
      "reason",
      "contributing",
      "said",
      "said_by",
      "comment",
      "revisit_on",
      "next_ask",
      "decided_at",
    ],
    personal: ["said_by"],
    batch: declineBatch,
  },
};

/** A list to be written out: its columns, and its rows a thousand at a time. */
export interface ExportedList {
  columns: readonly string[];
  batches: AsyncIterable<readonly (readonly Cell[])[]>;
}

/**
 * Hands out a whole list, of one letter or of all, and notes in the audit trail that it was taken. Signatories are those
 * of the public page. Persons are left out for those without contacts:export: whoever may look may not yet carry away.
 * Throws not_found for an unknown letter.
 */
export async function exportList(ctx: Ctx, what: ExportName, letterSlug?: string): Promise<ExportedList> {
  const list = LISTS[what];
  requirePermission(ctx, list.permission);
  const letter = letterSlug === undefined ? undefined : await findReportLetter(ctx, letterSlug);
  await record(ctx, { action: "list.exported", letterId: letter?.id, detail: { list: what } });
  const left = new Set(mayDo(ctx.actor, "contacts:export") ? [] : list.personal);
  const kept = new Set(list.columns.flatMap((column, place) => (left.has(column) ? [] : [place])));
  const shown = <T>(cells: readonly T[]) => cells.filter((_cell, place) => kept.has(place));
  return { columns: shown(list.columns), batches: batches(ctx, list, letter?.id, shown) };
}

async function* batches(
  ctx: Ctx,
  list: Definition,
  letterId: string | undefined,
  shown: (cells: readonly Cell[]) => Cell[],
): AsyncGenerator<Cell[][]> {
  for (let after: string | undefined; ;) {
    const batch = await list.batch(ctx, letterId, after);
    if (batch.rows.length > 0) yield batch.rows.map(shown);
    if (batch.last === undefined) return;
    after = batch.last;
  }
}
