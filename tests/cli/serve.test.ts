import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { packageRoot } from "../../src/platform/config.js";
import { countersign } from "../support/command-line.js";

let dataDir: string;
let settings: Record<string, string>;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "countersign-serve-"));
  settings = { COUNTERSIGN_DATA_DIR: dataDir, PORT: String(await freePort()), LOG_LEVEL: "warn" };
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

interface Started {
  process: ChildProcess;
  banner: string;
}

/** Starts the real command and waits for its addresses. */
async function serve(): Promise<Started> {
  const child = spawn(process.execPath, [path.join(packageRoot, "bin", "countersign.js"), "serve"], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let banner = "";
  for await (const piece of child.stdout) {
    banner += String(piece);
    if (banner.includes("Captured mail")) return { process: child, banner };
  }
  throw new Error(`countersign serve ended early: ${banner}`);
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, "exit");
  child.kill(signal);
  const [status] = (await exit) as [number | null];
  return status;
}

function addressIn(banner: string, name: string): string {
  return new RegExp(`${name}\\s+(\\S+)`).exec(banner)?.[1] ?? "";
}

async function counts(): Promise<{ signed: number; countries: number; withdrawn: number }> {
  const answer = await fetch(
    `http://127.0.0.1:${settings["PORT"]}/letters/keep-orbit-usable/signatories.json`,
  );
  return ((await answer.json()) as { counts: { signed: number; countries: number; withdrawn: number } })
    .counts;
}

describe("npm start, without any setting of its own", () => {
  it("shows the invented campaign, signs in its administrator once, and finds everything again after kill -9", async () => {
    const first = await serve();
    const home = await fetch(addressIn(first.banner, "Public page"));
    expect([home.status, home.redirected]).toEqual([200, true]);
    expect(await home.text()).toContain("Keep orbit usable");
    const before = await counts();
    expect(before.signed).toBeGreaterThan(15);
    expect(before.countries).toBeGreaterThanOrEqual(12);
    expect(before.withdrawn).toBe(1);

    const link = addressIn(first.banner, "Console");
    const headers = { "Sec-Fetch-Site": "same-origin" };
    const signedIn = await fetch(link, { method: "POST", headers, redirect: "manual" });
    expect(signedIn.status).toBe(303);
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    for (const page of [
      "/console",
      "/console/review",
      "/console/outreach",
      "/console/mail",
      "/console/organisations",
    ]) {
      const answer = await fetch(`http://127.0.0.1:${settings["PORT"]}${page}`, { headers: { cookie } });
      expect([page, answer.status]).toEqual([page, 200]);
      expect(await answer.text()).toMatch(/\.example|Orbital|review/);
    }
    const again = await fetch(link, { method: "POST", headers, redirect: "manual" });
    expect(again.status).toBe(410);

    const taken = await countersign(["web"], settings);
    expect([taken.status, taken.stderr]).toEqual([
      1,
      expect.stringMatching(/Port \d+ on 127\.0\.0\.1 is taken/),
    ]);
    const twice = await countersign(["demo"], settings);
    expect([twice.status, twice.stderr]).toEqual([1, expect.stringContaining("There is a letter already")]);

    await stop(first.process, "SIGKILL");
    const second = await serve();
    expect(await counts()).toEqual(before);
    expect(await stop(second.process, "SIGTERM")).toBe(0);
  }, 180_000);

  it("says in a sentence that the database does not answer", async () => {
    const port = await freePort();
    const down = await countersign(["serve"], {
      ...settings,
      DATABASE_URL: `postgres://nobody:x@127.0.0.1:${port}/nothing`,
      SECRET_KEY: "the secret key of the tests, long enough",
    });
    expect([down.status, down.stdout]).toEqual([1, ""]);
    expect(down.stderr).toContain("The database does not answer. Is it running, and is DATABASE_URL right?");
  }, 60_000);
});
