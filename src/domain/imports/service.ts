import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { z } from "zod";
import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { inspectCsv, type CsvShape, type CsvSource } from "../../platform/csv-inspect.js";
import { readCsv } from "../../platform/csv-reader.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { findLetter } from "../letters/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { applyRows } from "./apply-service.js";
import { startImportCommand } from "./commands.js";
import { knownFor } from "./known-service.js";
import { decideRow } from "./decide-row.js";
import { FileMemory } from "./file-memory.js";
import { headerScore, mapHeader, type ColumnMapping } from "./header-mapping.js";
import { judgeRow } from "./judge-row.js";
import type { FileProblem, RowCode, Verdict } from "./row.js";
import {
  deleteCutOffImports,
  deleteImport,
  findImport,
  insertImport,
  insertImportRows,
  listRowsToApply,
  lockImport,
  setImport,
  type ImportCounts,
  type ImportLineRow,
  type ImportRow,
} from "./store.js";

/** The file of an import, and what its sender calls it. */
export interface ImportFile {
  source: CsvSource;
  name: string;
}

/** Rows that are looked up, judged and kept together; more does not get faster (measured: 200 to 2,000). */
const BATCH = 500;

type Line = Omit<ImportLineRow, "import_id" | "organisation_id" | "applied_at">;

/**
 * Reads a list row by row without holding it and keeps a verdict for each row; nothing is taken over yet. Throws
 * invalid (`import.<problem>`, with line or columns in the detail) for a file that cannot be used, and leaves nothing.
 */
export async function startImport(
  ctx: Ctx,
  file: ImportFile,
  input: z.input<typeof startImportCommand> = {},
): Promise<{ id: string; counts: ImportCounts }> {
  requirePermission(ctx, "imports:write");
  const command = parse(startImportCommand, input);
  const letterId = command.letter === undefined ? null : (await findLetter(ctx, command.letter)).id;
  const { shape, mapping } = await inspectList(file.source);
  const id = newId(ctx.clock);
  const row: ImportRow = {
    id,
    letter_id: letterId,
    file_name: fileName(file.name),
    file_hash: await hashOf(file.source),
    state: "reading",
    problem: null,
    problem_detail: {},
    mapping: {
      header: shape.header,
      mapping,
      encoding: shape.encoding,
      delimiter: shape.delimiter,
      ...(command.lawful_basis ? { lawful_basis: command.lawful_basis } : {}),
    },
    counts: { rows: 0, verdicts: {}, codes: {} },
    applied_rows: 0,
    created_by: staffId(ctx),
    created_at: ctx.clock.now(),
    applied_at: null,
    row_version: 1,
  };
  await deleteCutOffImports(ctx.db, new Date(ctx.clock.now().getTime() - DAY));
  await insertImport(ctx.db, row);
  try {
    const counts = await readRows(ctx, id, file.source, shape, mapping);
    if (!hasContent(counts)) throw refusal("NO_ROWS");
    await transaction(ctx, async (tx) => {
      await setImport(tx.db, id, { state: "checked", counts });
      await record(tx, {
        action: "import.checked",
        letterId,
        subjectId: id,
        detail: { verdicts: counts.verdicts },
      });
    });
    return { id, counts };
  } catch (error) {
    await deleteImport(ctx.db, id);
    throw error;
  }
}

function refusal(problem: FileProblem, detail: Record<string, unknown> = {}) {
  return invalid(`import.${problem}`, { file: `errors.import.${problem}` }, { problem, ...detail });
}

/** Whether a list can be used at all, how it is written, and what its columns hold. */
async function inspectList(source: CsvSource): Promise<{ shape: CsvShape; mapping: ColumnMapping }> {
  const inspection = await inspectCsv(source, headerScore);
  if (!inspection.ok) {
    throw refusal(inspection.problem, inspection.line === undefined ? {} : { line: inspection.line });
  }
  const header = mapHeader(inspection.shape.header);
  if (header.ok) return { shape: inspection.shape, mapping: header.mapping };
  throw header.problem === "NO_NAME_COLUMN"
    ? refusal("NO_NAME_COLUMN", { columns: header.columns.join(", ") })
    : refusal("DUPLICATE_COLUMN", { column: header.column });
}

async function readRows(
  ctx: Ctx,
  id: string,
  source: CsvSource,
  shape: CsvShape,
  mapping: ColumnMapping,
): Promise<ImportCounts> {
  const counts: ImportCounts = { rows: 0, verdicts: {}, codes: {} };
  const memory = new FileMemory();
  const list = { header: shape.header, mapping };
  let batch: { row: number; cells: string[] }[] = [];
  const flush = async () => {
    const judged = batch.map(({ row, cells }) => ({ judged: judgeRow(row, cells, list), cells }));
    const known = await knownFor(
      ctx,
      judged.map((each) => each.judged),
    );
    const lines = judged.map(({ judged: each, cells }): Line => {
      const { verdict, codes, match, diff } = decideRow(each, known, memory);
      const { organisation = {}, contacts } = each;
      return {
        row_number: each.row,
        verdict,
        codes,
        organisation,
        contacts,
        match,
        diff,
        raw: cells,
      };
    });
    for (const { verdict, codes } of lines) count(counts, verdict, codes);
    await insertImportRows(ctx.db, id, lines);
    batch = [];
  };
  for await (const row of readCsv(source, shape)) {
    batch.push(row);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return counts;
}

function count(counts: ImportCounts, verdict: Verdict, codes: readonly RowCode[]): void {
  counts.rows += 1;
  counts.verdicts[verdict] = (counts.verdicts[verdict] ?? 0) + 1;
  for (const code of codes) counts.codes[code] = (counts.codes[code] ?? 0) + 1;
}

function hasContent({ rows, verdicts }: ImportCounts): boolean {
  return rows > (verdicts.skip ?? 0);
}

/** What a list is called: the last part of its path, without characters that nobody sees. */
function fileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  const shown = last.replaceAll(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return Array.from(shown).slice(0, 200).join("") || "list.csv";
}

async function hashOf(source: CsvSource): Promise<Buffer> {
  const hash = createHash("sha256");
  if ("bytes" in source) hash.update(source.bytes);
  else await pipeline(createReadStream(source.path), hash);
  return hash.digest();
}

/**
 * Takes over the rows that create or update, in the order of the file and a batch at a time; after a stop it goes on
 * where it was, and doing it again changes nothing. Throws not_found, or conflict while the file is still being read.
 */
export async function applyImport(ctx: Ctx, id: string): Promise<ImportRow> {
  requirePermission(ctx, "imports:write");
  if (!isUuid(id) || !(await findImport(ctx.db, id))) throw notFound("import.unknown");
  for (;;) {
    const finished = await transaction(ctx, (tx) => applyBatch(tx, id));
    if (finished) return finished;
  }
}

async function applyBatch(tx: Ctx, id: string): Promise<ImportRow | undefined> {
  const current = await lockImport(tx.db, id);
  if (!current) throw notFound("import.unknown");
  if (current.state === "applied") return current;
  if (current.state !== "checked" && current.state !== "applying") throw conflict("import.not_checked");
  const rows = await listRowsToApply(tx.db, id, BATCH);
  const done = await applyRows(tx, current, rows);
  const before = current.counts.applied;
  const applied = {
    organisations_added: (before?.organisations_added ?? 0) + done.organisations_added,
    organisations_changed: (before?.organisations_changed ?? 0) + done.organisations_changed,
    contacts_added: (before?.contacts_added ?? 0) + done.contacts_added,
    contacts_changed: (before?.contacts_changed ?? 0) + done.contacts_changed,
  };
  const over = rows.length < BATCH;
  await setImport(tx.db, id, {
    state: over ? "applied" : "applying",
    counts: { ...current.counts, applied },
    applied_rows: current.applied_rows + rows.length,
    ...(over ? { applied_at: tx.clock.now() } : {}),
  });
  if (!over) return undefined;
  await record(tx, { action: "import.applied", letterId: current.letter_id, subjectId: id, detail: applied });
  return findImport(tx.db, id);
}
