import type { z } from "zod";
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse, type Page } from "../../platform/schema.js";
import { requirePermission } from "../team/service.js";
import { listImportRowsQuery, listImportsQuery } from "./commands.js";
import type { ImportLineRow } from "./store.js";
import { findImportLine, listImportRows, listImports, type ImportLine } from "./views.js";

/** Imports, newest first, a page at a time. */
export async function browseImports(
  ctx: Ctx,
  input: z.input<typeof listImportsQuery>,
): Promise<Page<ImportLine>> {
  requirePermission(ctx, "imports:write");
  return listImports(ctx, parse(listImportsQuery, input));
}

/** One import. Throws not_found. */
export async function showImport(ctx: Ctx, id: string): Promise<ImportLine> {
  requirePermission(ctx, "imports:write");
  const line = isUuid(id) ? await findImportLine(ctx, id) : undefined;
  if (!line) throw notFound("import.unknown");
  return line;
}

/** The rows of an import, all or those of one verdict, a page at a time. Throws not_found. */
export async function browseImportRows(
  ctx: Ctx,
  id: string,
  input: z.input<typeof listImportRowsQuery>,
): Promise<Page<ImportLineRow>> {
  requirePermission(ctx, "imports:write");
  const query = parse(listImportRowsQuery, input);
  await showImport(ctx, id);
  return listImportRows(ctx, id, query);
}
