import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.js";
import { silentLog } from "../../src/platform/log.js";
import { countersign, type Outcome } from "../support/command-line.js";

let dataDir: string;
const run = (...words: string[]): Promise<Outcome> =>
  countersign(words, { COUNTERSIGN_DATA_DIR: dataDir, COUNTERSIGN_UNSAFE_TEST_DB: "1" });

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "countersign-cli-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe("a command without settings", () => {
  it("works on the embedded database, running or not", async () => {
    const first = await run("staff", "add", "ines@forum.example", "--role", "admin");
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining("ines@forum.example is admin")]);
    const server = await startEmbeddedPostgres({ dataDir, log: silentLog(), fsync: false });
    try {
      const beside = await run("staff", "add", "ines@forum.example", "--role", "admin");
      expect(beside.status).toBe(0);
      expect(beside.stderr).toContain("was known already");
      const both = await Promise.all([
        run("doctor"),
        run("token", "create", "--name", "x", "--scopes", "all"),
      ]);
      expect(both.map(({ status }) => status)).toEqual([0, 0]);
    } finally {
      await server.stop();
    }
    const after = await run("staff", "add", "ines@forum.example", "--role", "admin");
    expect(after.stderr).toContain("was known already");
  }, 120_000);
});
