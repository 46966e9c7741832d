import { access, constants, stat } from "node:fs/promises";
import path from "node:path";
import type { App } from "../app.js";
import { browseImportRows } from "../domain/imports/browse-service.js";
import { VERDICTS, type Verdict } from "../domain/imports/row.js";
import { applyImport, startImport } from "../domain/imports/service.js";
import type { ImportRowLine } from "../domain/imports/views.js";
import type { Ctx } from "../platform/context.js";
import { DomainError } from "../platform/errors.js";
import { CommandError, answer, note, textOption, type Command } from "./command.js";
import { withApp } from "./session.js";

const PAGE = 200;
/** Verdicts that a person wants to read about. */
const TOLD: ReadonlySet<Verdict> = new Set(["review", "reject"]);

/** `import <file>`: a verdict for each row, then the good rows are taken over; `--dry-run` stops before that. */
export const importCommand: Command = {
  name: "import",
  usage: "<file> [--dry-run] [--json] [--letter <slug>]",
  summary: "Take over organisations and contacts from a CSV file; with --json one row's verdict a line",
  options: { "dry-run": { type: "boolean" }, json: { type: "boolean" }, letter: { type: "string" } },
  takes: [1, 1],
  run: async (line) => {
    const [file = ""] = line.positionals;
    await mustBeReadable(file);
    const json = line.options["json"] === true;
    const letter = textOption(line, "letter");
    await withApp(async (app, ctx) => {
      const list = { source: { path: file }, name: path.basename(file) };
      const { id, counts } = await startImport(ctx, list, letter === undefined ? {} : { letter }).catch(
        (error: unknown) => tellProblem(error, json),
      );
      const say = (text: string): Promise<void> => (json ? Promise.resolve(note(text)) : tell(text));
      await writeRows(app, ctx, id, json);
      await say(
        `${counts.rows} ${counts.rows === 1 ? "row" : "rows"}: ${verdictWords(app, counts.verdicts)}.`,
      );
      if (line.options["dry-run"]) {
        await say(
          `Nothing was taken over. Look at it in the console: ${app.config.publicUrl}/console/imports/${id}`,
        );
        return;
      }
      const { applied } = (await applyImport(ctx, id)).counts;
      await say(
        `Taken over: ${applied?.organisations_added ?? 0} new organisations, ${applied?.organisations_changed ?? 0} changed; ` +
          `${applied?.contacts_added ?? 0} new contacts, ${applied?.contacts_changed ?? 0} changed.`,
      );
    });
  },
};

async function tell(text: string): Promise<void> {
  await answer(`${text}\n`);
}

async function mustBeReadable(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new CommandError(`There is no file "${file}".`);
  if (!found.isFile()) throw new CommandError(`"${file}" is not a file.`);
  await access(file, constants.R_OK).catch(() => {
    throw new CommandError(`"${file}" may not be read.`);
  });
}

/** A file that cannot be used at all: scripts get its code as well, people the sentence. */
async function tellProblem(error: unknown, json: boolean): Promise<never> {
  if (json && error instanceof DomainError && "problem" in error.detail) {
    await answer(`${JSON.stringify(error.detail)}\n`);
  }
  throw error;
}

async function writeRows(app: App, ctx: Ctx, id: string, json: boolean): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await browseImportRows(ctx, id, { cursor, limit: PAGE });
    for (const row of page.items) {
      if (json) await answer(`${JSON.stringify(presentRow(row))}\n`);
      else if (TOLD.has(row.verdict)) await tell(rowWords(app, row));
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

function presentRow(line: ImportRowLine): Record<string, unknown> {
  return {
    row: line.row_number,
    verdict: line.verdict,
    codes: line.codes,
    organisation: line.organisation.name === undefined ? null : line.organisation,
    contacts: line.contacts,
    match: line.match,
    diff: line.diff,
  };
}

function rowWords(app: App, line: ImportRowLine): string {
  const t = (key: string): string => app.messages.t("en", key);
  const why = line.codes.map((code) => t(`import.code.${code}`)).join("; ");
  const name = line.organisation.name ?? line.raw.find((cell) => cell.trim() !== "") ?? "";
  return `Row ${line.row_number}, ${name.replaceAll(/\p{Cc}/gu, " ").slice(0, 80)}: ${t(`import.verdict.${line.verdict}`)}. ${why}.`;
}

function verdictWords(app: App, verdicts: Partial<Record<Verdict, number>>): string {
  return VERDICTS.filter((verdict) => verdicts[verdict])
    .map(
      (verdict) => `${verdicts[verdict]} ${app.messages.t("en", `import.verdict.${verdict}`).toLowerCase()}`,
    )
    .join(", ");
}
