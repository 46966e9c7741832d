import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { testApp, type TestApp } from "../support/app.js";
import { everyPage, type AnsweredPage } from "../support/every-page.js";

const run = promisify(execFile);
/** The Nu HTML checker, a Java archive. */
const checker = String(createRequire(import.meta.url)("vnu-jar"));
const java = await findJava();
const withJava = java ? describe : describe.skip;
if (!java) {
  process.stderr.write("Skipped: no Java was found, so the Nu HTML checker read no page. Set JAVA to one.\n");
}

/** A finding of the checker, as `--format json` writes it. */
interface Finding {
  type: string;
  url: string;
  message: string;
  extract?: string;
}

withJava("the Nu HTML checker", () => {
  let app: TestApp;
  let pages: AnsweredPage[];
  let folder: string;

  beforeAll(async () => {
    app = await testApp();
    pages = await everyPage(app);
    folder = await mkdtemp(path.join(tmpdir(), "countersign-validity-"));
  }, 120_000);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await app.close();
  });

  it("finds no error in any page that the router knows", async () => {
    expect(pages.length).toBeGreaterThan(100);
    await Promise.all(pages.map(({ html }, place) => writeFile(path.join(folder, `${place}.html`), html)));
    expect(await check()).toEqual([]);
  }, 120_000);

  it("would find one", async () => {
    await rm(folder, { recursive: true });
    folder = await mkdtemp(path.join(tmpdir(), "countersign-validity-"));
    const html = pages[0]?.html.replace("<main", '<p id="twice"><p id="twice"><main') ?? "";
    await writeFile(path.join(folder, "0.html"), html);
    expect((await check()).join("\n")).toContain("Duplicate ID");
  }, 60_000);

  /** Reads every page in the folder; each finding with its page's name and the place. */
  async function check(): Promise<string[]> {
    const args = ["-jar", checker, "--exit-zero-always", "--errors-only", "--format", "json", folder];
    const { stderr } = await run(java ?? "", args, { maxBuffer: 64 * 1024 * 1024 });
    const { messages } = JSON.parse(stderr) as { messages: Finding[] };
    return messages.map(({ url, message, extract }) => {
      const place = Number(path.basename(url, ".html"));
      return `${pages[place]?.name}: ${message} ${extract ?? ""}`;
    });
  }
});

/** A Java that runs, or undefined. */
async function findJava(): Promise<string | undefined> {
  const command = process.env["JAVA"] ?? "java";
  return run(command, ["-version"]).then(
    () => command,
    () => undefined,
  );
}
