import { EXPORTS, exportList, type ExportName } from "../domain/reports/export-service.js";
import { csvFile, csvLines } from "../platform/csv.js";
import { UsageError, answer, note, textOption, type Command } from "./command.js";
import { withApp } from "./session.js";

const FORMATS = ["csv", "json"] as const;

/** `export <what> [--format csv|json]`: a list on standard output, guarded against spreadsheet formulas. */
export const exportCommand: Command = {
  name: "export",
  usage: `<${EXPORTS.join("|")}> [--format csv|json] [--letter <slug>]`,
  summary: "Write a list to standard output",
  options: { format: { type: "string" }, letter: { type: "string" } },
  takes: [1, 1],
  run: async (line) => {
    const [what = ""] = line.positionals;
    const format = textOption(line, "format") ?? "csv";
    if (!isExport(what)) throw new UsageError(`There is no list "${what}".`);
    if (!(FORMATS as readonly string[]).includes(format))
      throw new UsageError(`There is no format "${format}".`);
    const count = await withApp(async (_app, ctx) => {
      const { columns, batches } = await exportList(ctx, what, textOption(line, "letter"));
      return format === "csv" ? writeCsv(columns, batches) : writeJson(columns, batches);
    });
    note(`${count} ${what}.`);
  },
};

function isExport(what: string): what is ExportName {
  return (EXPORTS as readonly string[]).includes(what);
}

type Batches = AsyncIterable<readonly (readonly (string | number | Date | null)[])[]>;

async function writeCsv(columns: readonly string[], batches: Batches): Promise<number> {
  let count = 0;
  await answer(csvFile(columns, []));
  for await (const rows of batches) {
    await answer(csvLines(rows));
    count += rows.length;
  }
  return count;
}

async function writeJson(columns: readonly string[], batches: Batches): Promise<number> {
  let count = 0;
  await answer("[");
  for await (const rows of batches) {
    for (const row of rows) {
      const entry = Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]));
      await answer(`${count === 0 ? "\n" : ",\n"}${JSON.stringify(entry)}`);
      count += 1;
    }
  }
  await answer("\n]\n");
  return count;
}
