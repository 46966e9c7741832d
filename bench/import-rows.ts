import { applyImport, startImport } from "../src/domain/imports/service.js";
import { nameKey } from "../src/domain/organisations/name-key.js";
import { newId } from "../src/platform/ids.js";
import { withBenchApp, type BenchApp } from "./bench-app.js";
import { median, once, type Figure } from "./figure.js";

const ROWS = 5000;
const ROUNDS = 3;
const COUNTRIES = ["KE", "BR", "NO", "FR", "JP", "IN", "MX", "DE"] as const;
const SYLLABLES = ["ka", "lo", "ri", "mun", "tes", "vor", "ane", "pil", "sor", "ekh", "dun", "mira"] as const;

interface Row {
  name: string;
  country: string;
  sector: string;
  contact: string;
  email: string;
}

function syllable(number: number): string {
  return SYLLABLES[number % SYLLABLES.length] ?? "";
}

/** Invented organisations, all different; `round` keeps the rounds apart. */
function inventedRows(round: number): Row[] {
  return Array.from({ length: ROWS }, (_, number) => {
    const stem = syllable(number) + syllable(Math.floor(number / 12)) + syllable(Math.floor(number / 144));
    const name = `${stem[0]?.toUpperCase()}${stem.slice(1)} Orbital ${round}x${number} Ltd`;
    const country = COUNTRIES[number % COUNTRIES.length] ?? "KE";
    return {
      name,
      country,
      sector: "satellite_operator",
      contact: `Person ${number}`,
      email: `p${number}@o${round}-${number}.example`,
    };
  });
}

function csvOf(rows: readonly Row[]): Buffer {
  const lines = rows.map((row) => [row.name, row.country, row.sector, row.contact, row.email].join(","));
  return Buffer.from(`Organisation,Country,Sector,Contact name,Email\n${lines.join("\n")}\n`);
}

/** Both steps of an import (verdict per row, then taking it over) beside plain INSERTs of the same rows in one transaction. */
export async function importRows(): Promise<Figure> {
  return withBenchApp(async (app) => {
    const [ours, bare]: number[][] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      ours?.push(await importOnce(app, inventedRows(round * 2)));
      bare?.push(await insertOnce(app, inventedRows(round * 2 + 1)));
    }
    return {
      what: `import of ${ROWS.toLocaleString("en")} rows, checked and applied`,
      unit: "rows",
      ours: median(ours ?? []),
      bare: median(bare ?? []),
      against: "plain INSERTs of the same organisations and contacts in one transaction",
    };
  });
}

function importOnce(app: BenchApp, rows: readonly Row[]): Promise<number> {
  const ctx = app.ctx({ kind: "system", name: "bench" });
  const file = csvOf(rows);
  return once(rows.length, async () => {
    const { id } = await startImport(ctx, { source: { bytes: file }, name: "bench.csv" }, {});
    await applyImport(ctx, id);
  });
}

function insertOnce(app: BenchApp, rows: readonly Row[]): Promise<number> {
  const at = app.clock.now();
  return once(rows.length, () =>
    app.db.transaction(async (tx) => {
      for (const row of rows) {
        const id = newId(app.clock);
        await tx("organisations").insert({
          id,
          name: row.name,
          name_key: nameKey(row.name),
          country: row.country,
          sector: row.sector,
          source: "bench",
          created_at: at,
          updated_at: at,
        });
        await tx("contacts").insert({
          id: newId(app.clock),
          organisation_id: id,
          name: row.contact,
          email: row.email,
          address_hash: app.keys.addressHash(row.email),
          lawful_basis: "published_address",
          source: "bench",
          source_at: at,
          created_at: at,
          updated_at: at,
        });
      }
    }),
  );
}
