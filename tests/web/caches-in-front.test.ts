import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, mkdir, readFile, rm, writeFile, chmod } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createNetServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { packageRoot } from "../../src/platform/config.js";
import { keepPublicPages } from "../../src/web/page-cache.js";
import { testApp, type TestApp } from "../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../support/letters.js";

const LIST = `/letters/${LETTER.slug}/signatories`;

let app: TestApp;
let folder: string;
let origin: Server;
let front: ChildProcess | undefined;
let letterId: string;

beforeAll(async () => {
  app = await testApp();
  folder = await mkdtemp(path.join(tmpdir(), "countersign-front-"));
  // Their workers run as other users.
  await chmod(folder, 0o777);
});
beforeEach(async () => {
  await app.database.clean();
  ({ id: letterId } = await makeLetter(app.system));
  origin = createServer(keepPublicPages(app, app.web, { freshFor: 100 }));
  await new Promise<void>((done) => origin.listen(0, "127.0.0.1", done));
});
afterEach(async () => {
  closeOrigin();
  if (front && front.exitCode === null) {
    const gone = once(front, "exit");
    front.kill("SIGTERM");
    await gone;
  }
  front = undefined;
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

function closeOrigin(): void {
  origin.closeAllConnections();
  origin.close();
}

function originPort(): number {
  return (origin.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createNetServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

function find(program: string): string | undefined {
  for (const place of ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]) {
    try {
      execFileSync("test", ["-x", path.join(place, program)]);
      return path.join(place, program);
    } catch {
      // Looked for at the next place.
    }
  }
  return undefined;
}

const nginx = find("nginx");
const varnish = find("varnishd");
for (const [name, found] of [
  ["nginx", nginx],
  ["varnishd", varnish],
]) {
  if (!found) process.stdout.write(`${name} is not installed: the example for it was not tested.\n`);
}

async function example(name: string): Promise<string> {
  const text = await readFile(path.join(packageRoot, "docs", "caches", name), "utf8");
  return text.replace("127.0.0.1:8080", `127.0.0.1:${originPort()}`).replace('"8080"', `"${originPort()}"`);
}

async function startNginx(): Promise<string> {
  const port = await freePort();
  const home = await mkdtemp(path.join(folder, "nginx-"));
  await chmod(home, 0o777);
  await mkdir(path.join(home, "cache"), { mode: 0o777 });
  const site = (await example("nginx.conf"))
    .replace("/var/cache/nginx/countersign", path.join(home, "cache"))
    .replace("listen 80;", `listen 127.0.0.1:${port};`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${home}/${kind};`)
    .join("\n");
  const file = path.join(home, "nginx.conf");
  await writeFile(
    file,
    `daemon off;\nmaster_process off;\npid ${home}/pid;\nerror_log ${home}/error.log;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${site}\n}\n`,
  );
  front = spawn(nginx ?? "", ["-c", file, "-p", home], { stdio: "ignore" });
  return ready(`http://127.0.0.1:${port}`);
}

async function startVarnish(): Promise<string> {
  const port = await freePort();
  const home = await mkdtemp(path.join(folder, "varnish-"));
  await chmod(home, 0o777);
  const file = path.join(home, "countersign.vcl");
  await writeFile(file, await example("countersign.vcl"));
  await chmod(file, 0o644);
  const flags = [
    "-F",
    "-j",
    "none",
    "-f",
    file,
    "-a",
    `127.0.0.1:${port}`,
    "-n",
    home,
    "-s",
    "malloc,32m",
    "-T",
    "none",
  ];
  front = spawn(varnish ?? "", flags, { stdio: "ignore" });
  return ready(`http://127.0.0.1:${port}`);
}

async function ready(base: string): Promise<string> {
  for (;;) {
    if (front?.exitCode !== null) throw new Error("the cache in front did not start");
    const answer = await fetch(`${base}/healthz`).catch(() => undefined);
    if (answer?.ok) return base;
    await new Promise((next) => setTimeout(next, 50));
  }
}

interface Answer {
  status: number;
  cache: string | null;
  text: string;
}

async function ask(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(url, { headers: { "Accept-Language": "en", ...headers }, redirect: "manual" });
  return { status: answer.status, cache: answer.headers.get("x-cache"), text: await answer.text() };
}

const FRONTS = [
  { name: "nginx", start: startNginx, found: nginx },
  { name: "Varnish", start: startVarnish, found: varnish },
];

for (const { name, start, found } of FRONTS) {
  (found ? describe : describe.skip)(`the example for ${name}`, () => {
    it("answers public pages itself, and shows by itself that an entry is gone", async () => {
      const { id } = await insertSignature(app.system, { letterId, organisation: "Halden" });
      const base = await start();
      expect((await ask(base + LIST)).text).toContain("Halden");
      const again = await ask(base + LIST);
      expect([again.cache, again.text.includes("Halden")]).toEqual(["HIT", true]);
      expect((await ask(base + LIST, { "Accept-Language": "fr" })).text).toContain('lang="fr"');
      await app.db("signatures").where({ id }).update({ state: "invalidated", row_version: 2 });
      while ((await ask(base + LIST)).text.includes("Halden"))
        await new Promise((next) => setTimeout(next, 100));
    });

    it("keeps nothing of the console, of signing and of personal links", async () => {
      const base = await start();
      for (const page of ["/console", `/letters/${LETTER.slug}/sign`, "/r/unknown"]) {
        await ask(base + page);
        expect((await ask(base + page)).cache).not.toBe("HIT");
      }
    });

    it("goes on showing public pages while Countersign is down", async () => {
      await insertSignature(app.system, { letterId, organisation: "Halden" });
      const base = await start();
      expect((await ask(base + LIST)).status).toBe(200);
      closeOrigin();
      await new Promise((next) => setTimeout(next, 8500));
      const old = await ask(base + LIST);
      expect([old.status, old.text.includes("Halden")]).toEqual([200, true]);
      expect((await ask(`${base}/console`)).status).toBeGreaterThanOrEqual(500);
    });
  });
}
