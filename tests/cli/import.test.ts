import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { testApp, type TestApp } from "../support/app.js";
import { countersign, settingsOf, type Outcome } from "../support/command-line.js";

let app: TestApp;
let folder: string;
const run = (...words: string[]): Promise<Outcome> => countersign(words, settingsOf(app.database));

beforeAll(async () => {
  app = await testApp();
  folder = await mkdtemp(path.join(tmpdir(), "countersign-import-"));
});
beforeEach(() => app.database.clean());
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function listFile(text: string): Promise<string> {
  const file = path.join(folder, "list.csv");
  await writeFile(file, text);
  return file;
}

function lines({ stdout }: Outcome): unknown[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

async function counted(table: string): Promise<unknown> {
  return (await app.db(table).count())[0]?.["count"];
}

const LIST =
  "name,country,email\nPelagia B.V.,NL,Policy@pelagia.example\nPELAGIA,NL,policy@pelagia.example\n,FR,x@y.example\n";

describe("countersign import", () => {
  it("judges, takes over, and changes nothing the second time", async () => {
    const file = await listFile(LIST);
    const dry = await run("import", file, "--dry-run", "--json");
    expect(dry.status).toBe(0);
    expect(lines(dry)).toMatchObject([
      {
        row: 1,
        verdict: "create",
        codes: ["EMAIL_NORMALIZED"],
        organisation: { name: "Pelagia B.V." },
        match: null,
      },
      { row: 2, verdict: "duplicate", codes: [], match: { row: 1, score: 1 } },
      { row: 3, verdict: "reject", codes: ["MISSING_NAME"], organisation: null },
    ]);
    expect(await counted("organisations")).toBe(0);

    const first = await run("import", file);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout).toContain("Row 3, FR: Refused. No name of an organisation.");
    expect(first.stdout).toContain("3 rows: 1 new, 1 repeats a row, 1 refused.");
    expect(first.stdout).toContain("Taken over: 1 new organisations");
    const second = await run("import", file, "--json");
    expect((lines(second) as { verdict: string }[]).map(({ verdict }) => verdict)).toEqual([
      "unchanged",
      "duplicate",
      "reject",
    ]);
    expect([await counted("organisations"), await counted("contacts")]).toEqual([1, 1]);
  });

  it("ends with 1 and a sentence when the file cannot be used", async () => {
    const missing = await run("import", path.join(folder, "nowhere.csv"));
    expect(missing).toMatchObject({ status: 1, stdout: "" });
    expect(missing.stderr).toContain("There is no file");
    const file = await listFile('name,email\n"Acme,a@b.example\n');
    const open = await run("import", file, "--json");
    expect(open.status).toBe(1);
    expect(lines(open)).toEqual([{ problem: "UNTERMINATED_QUOTE", line: 2 }]);
    expect(open.stderr).toContain("In line 2 a quotation mark opens and never closes.");
    const letter = await run("import", await listFile(LIST), "--letter", "no-such-letter");
    expect(letter).toMatchObject({ status: 1, stdout: "" });
    expect(await counted("imports")).toBe(0);
  });
});

describe("countersign match", () => {
  it("answers for one pair", async () => {
    const outcome = await run("match", "Acme AG", "ACME Aktiengesellschaft", "--json");
    expect(outcome).toEqual({
      status: 0,
      stdout: '{"verdict":"same","score":1,"why":"same_key"}\n',
      stderr: "",
    });
    expect((await run("match", "Acme")).status).toBe(2);
  });

  it("answers line by line for pairs on standard input", async () => {
    const outcome = await countersign(
      ["match", "--json"],
      settingsOf(app.database),
      "Acme\tAcme Ltd\nAcme AG\tAcme GmbH\n",
    );
    expect(lines(outcome)).toEqual([
      { verdict: "same", score: 1, why: "same_key" },
      { verdict: "suggest", score: 0.95, why: "legal_form_differs" },
    ]);
  });
});
