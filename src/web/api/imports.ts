import { z } from "zod";
import type { App } from "../../app.js";
import { browseImportRows, browseImports, showImport } from "../../domain/imports/browse-service.js";
import { listImportRowsQuery, listImportsQuery, startImportCommand } from "../../domain/imports/commands.js";
import { ROW_CODES, VERDICTS } from "../../domain/imports/row.js";
import { applyImport, startImport } from "../../domain/imports/service.js";
import type { ImportLine, ImportRowLine } from "../../domain/imports/views.js";
import { LAWFUL_BASES } from "../../domain/organisations/contact.js";
import { SECTORS } from "../../domain/organisations/sector.js";
import { listUpload, uploadedList } from "../uploads.js";
import { apiRoute, listOf, time, type ApiRoute } from "./frame.js";

const counts = z.object({
  rows: z.int(),
  verdicts: z.partialRecord(z.enum(VERDICTS), z.int()),
  codes: z.partialRecord(z.enum(ROW_CODES), z.int()),
  applied: z
    .object({
      organisations_added: z.int(),
      organisations_changed: z.int(),
      contacts_added: z.int(),
      contacts_changed: z.int(),
    })
    .optional(),
});

const importFile = z
  .object({
    id: z.uuid(),
    file_name: z.string(),
    state: z.enum(["reading", "checked", "applying", "applied", "refused"]),
    letter: z.string().nullable(),
    header: z.array(z.string()),
    mapping: z.record(z.string(), z.array(z.string())),
    encoding: z.string(),
    delimiter: z.string(),
    counts,
    applied_rows: z.int(),
    created_at: time(),
    applied_at: time().nullable(),
    row_version: z.int(),
  })
  .meta({ id: "Import" });

const change = z.object({
  from: z.union([z.string(), z.number()]).nullable(),
  to: z.union([z.string(), z.number()]),
});

const importRow = z
  .object({
    row: z.int(),
    verdict: z.enum(VERDICTS),
    codes: z.array(z.enum(ROW_CODES)),
    organisation: z
      .object({
        name: z.string(),
        legal_name: z.string().optional(),
        country: z.string().optional(),
        sector: z.enum(SECTORS).optional(),
        website: z.string().optional(),
        domain: z.string().optional(),
        active_satellites: z.int().optional(),
        metrics_as_of: z.string().optional(),
        external_id: z.string().optional(),
        source: z.string().optional(),
      })
      .nullable(),
    contacts: z.array(
      z.object({
        name: z.string().optional(),
        title: z.string().optional(),
        email: z.string().optional(),
        phone: z.string().optional(),
        language: z.string().optional(),
        notes: z.string().optional(),
        source: z.string().optional(),
        lawful_basis: z.enum(LAWFUL_BASES).optional(),
        opted_out: z.boolean().optional(),
      }),
    ),
    match: z
      .object({
        organisation_id: z.uuid().optional(),
        row: z.int().optional(),
        score: z.number(),
        why: z.string(),
      })
      .nullable(),
    diff: z
      .object({
        organisation: z.record(z.string(), change),
        contacts: z.array(
          z.object({
            contact_id: z.uuid().optional(),
            email: z.string().optional(),
            name: z.string().optional(),
            change: z.enum(["new", "changed"]),
            fields: z.record(z.string(), change),
          }),
        ),
      })
      .nullable(),
    raw: z.array(z.string()),
    organisation_id: z.uuid().nullable(),
  })
  .meta({ id: "ImportRow" });

function presentImport(line: ImportLine) {
  const { header, mapping, encoding, delimiter } = line.mapping;
  return {
    id: line.id,
    file_name: line.file_name,
    state: line.state,
    letter: line.letter_slug,
    header,
    mapping: Object.fromEntries(
      Object.entries(mapping).map(([field, columns]) => [
        field,
        columns.map((column) => header[column] ?? ""),
      ]),
    ),
    encoding,
    delimiter,
    counts: line.counts,
    applied_rows: line.applied_rows,
    created_at: line.created_at,
    applied_at: line.applied_at,
    row_version: line.row_version,
  };
}

function presentRow(line: ImportRowLine) {
  const { name } = line.organisation;
  return {
    row: line.row_number,
    verdict: line.verdict,
    codes: line.codes,
    organisation: name === undefined ? null : { ...line.organisation, name },
    contacts: line.contacts,
    match: line.match,
    diff: line.diff,
    raw: line.raw,
    organisation_id: line.organisation_id,
  };
}

const params = z.object({ id: z.uuid() });

/** Lists: read one, look at its rows, take it over. */
export function importApi(app: App): readonly ApiRoute[] {
  return [
    apiRoute({
      method: "get",
      path: "/imports",
      tag: "imports",
      summary: "List imports, newest first",
      permission: "imports:write",
      query: listImportsQuery,
      answer: listOf(importFile),
      handler: async (ctx, { query }) => {
        const page = await browseImports(ctx, query);
        return { items: page.items.map(presentImport), next: page.next };
      },
    }),
    apiRoute({
      method: "post",
      path: "/imports",
      tag: "imports",
      summary: "Read a list and judge each row; nothing is taken over yet",
      description:
        "Multipart with the CSV in `file`. A file that cannot be used as a whole is refused with 422 and a code such as `import.NO_NAME_COLUMN`.",
      permission: "imports:write",
      upload: listUpload(app),
      body: startImportCommand,
      answer: importFile,
      status: 201,
      handler: async (ctx, { body }, req) => {
        const { id } = await startImport(ctx, uploadedList(req), body);
        return presentImport(await showImport(ctx, id));
      },
    }),
    ...readingRoutes,
  ];
}

const readingRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/imports/{id}",
    tag: "imports",
    summary: "Read an import with its counts",
    permission: "imports:write",
    params,
    answer: importFile,
    handler: async (ctx, { params: { id } }) => presentImport(await showImport(ctx, id)),
  }),
  apiRoute({
    method: "get",
    path: "/imports/{id}/rows",
    tag: "imports",
    summary: "Read the verdicts of an import, row by row",
    permission: "imports:write",
    params,
    query: listImportRowsQuery,
    answer: listOf(importRow),
    handler: async (ctx, { params: { id }, query }) => {
      const page = await browseImportRows(ctx, id, query);
      return { items: page.items.map(presentRow), next: page.next };
    },
  }),
  apiRoute({
    method: "post",
    path: "/imports/{id}/apply",
    tag: "imports",
    summary: "Take over the rows that create or update",
    description: "Goes on where a stop left it; doing it again changes nothing.",
    permission: "imports:write",
    params,
    answer: importFile,
    handler: async (ctx, { params: { id } }) => {
      await applyImport(ctx, id);
      return presentImport(await showImport(ctx, id));
    },
  }),
];
