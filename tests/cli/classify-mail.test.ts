import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { countersign, type Outcome } from "../support/command-line.js";

const GONE =
  "From: MAILER-DAEMON@mx.example\nTo: bounce@forum.example\nSubject: failure notice\n\n<ines@orbit.example>:\n550 5.1.1 User unknown\n";
const REPLY =
  "From: ines@orbit.example\nTo: letter@forum.example\nSubject: Re: Open letter\n\nWe will sign.\n";

let folder: string;
/** Without any setting: the command needs no database. */
const run = (...words: string[]): Promise<Outcome> => countersign(["classify-mail", ...words], {});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "countersign-mails-"));
  await mkdir(path.join(folder, "older"));
  await writeFile(path.join(folder, "b.eml"), REPLY);
  await writeFile(path.join(folder, "a.eml"), GONE);
  await writeFile(path.join(folder, "older", "c.eml"), GONE.replaceAll("\n", "\r\n"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("countersign classify-mail", () => {
  it("says of each mail of a folder what it is, one object a line, in the order of names", async () => {
    const { status, stdout, stderr } = await run(folder, "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      {
        file: "a.eml",
        class: "address_dead",
        recipients: [{ address: "ines@orbit.example", status: "5.1.1", reason: "userunknown" }],
      },
      { file: "b.eml", class: "human_reply", recipients: [] },
      { file: "older/c.eml", class: "address_dead" },
    ]);
    expect(Object.keys(lines[0] ?? {}).slice(0, 3)).toEqual(["file", "class", "recipients"]);
  });

  it("says it in words for people", async () => {
    const { stdout } = await run(path.join(folder, "a.eml"));
    expect(stdout).toBe("a.eml: address dead (ines@orbit.example userunknown 5.1.1)\n");
  });

  it("ends with 1 where there is nothing, and with 2 without a path", async () => {
    const nothing = await run(path.join(folder, "z.eml"));
    expect(nothing).toMatchObject({ status: 1, stdout: "" });
    expect(nothing.stderr).toContain("There is nothing at");
    expect((await run()).status).toBe(2);
  });
});
