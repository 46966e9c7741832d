/** One PostgreSQL process on one cluster directory: start, wait until it is ready, stop, clear away what a crash left. */
import { type ChildProcess, spawn } from "node:child_process";
import { createReadStream, realpathSync, readlinkSync } from "node:fs";
import { open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { type Account, type Binaries, cleanEnvironment } from "./embedded-postgres-binaries.js";
import { processStart } from "./process-lock.js";

/** What is needed to run a server on a cluster. */
export interface Place {
  binaries: Binaries;
  account: Account;
  /** The cluster's directory, absolute. */
  cluster: string;
  /** What the server calls that directory: see `clusterArgument`. */
  argument: string;
  /** The file that takes what the server writes. */
  logFile: string;
  fsync: boolean;
}

/** How long a server may be kept from starting by what a killed one left behind: milliseconds. */
const LEFTOVER_PATIENCE = 10_000;
/** Recovery after a power cut can take this long: milliseconds. */
const START_PATIENCE = 120_000;
const LOG_LIMIT_BYTES = 10_000_000;

const WORTH_ANOTHER_TRY = /lock file .* already exists|pre-existing shared memory block/;
const PORT_TAKEN = /could not bind IPv4|could not create any TCP\/IP sockets/;

/** PostgreSQL did not start; the message ends with its own last lines. */
export class ServerNotStarted extends Error {
  override name = "ServerNotStarted";
}

/** A port on 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Starts the server and resolves once it accepts connections, on `port` or, if that is taken, another one. */
export async function startServer(
  place: Place,
  port: number,
): Promise<{ child: ChildProcess; port: number }> {
  await rotateLog(place.logFile);
  const deadline = performance.now() + LEFTOVER_PATIENCE;
  let chosen = port;
  for (;;) {
    await clearReusedPid(place.cluster);
    const attempt = await tryStart(place, chosen);
    if (attempt.child !== undefined) return { child: attempt.child, port: chosen };
    if (performance.now() >= deadline) throw notStarted(place, attempt.output);
    if (PORT_TAKEN.test(attempt.output)) chosen = await freePort();
    else if (!WORTH_ANOTHER_TRY.test(attempt.output)) throw notStarted(place, attempt.output);
    await pause(50);
  }
}

function notStarted(place: Place, output: string): ServerNotStarted {
  return new ServerNotStarted(
    `The embedded PostgreSQL did not start (its log is ${place.logFile}): ${output.trim()}`,
  );
}

async function tryStart(place: Place, port: number): Promise<{ child?: ChildProcess; output: string }> {
  const log = await open(place.logFile, "a", 0o600);
  const { size } = await log.stat();
  const child = spawn(place.binaries.postgres, serverArguments(place, port), {
    ...place.account,
    // A session of its own, so that Ctrl-C in the terminal reaches us and not the server.
    detached: true,
    cwd: place.cluster,
    env: cleanEnvironment,
    stdio: ["ignore", log.fd, log.fd],
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve(undefined));
  });
  await log.close();
  const ready = await Promise.race([ended.then(() => false), untilReady(place.cluster, child)]);
  if (ready) return { child, output: "" };
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    await stopServer(child.pid);
    return { output: `not ready after ${START_PATIENCE / 1000} s` };
  }
  return { output: (await ended) ?? (await textFrom(place.logFile, size)) };
}

function serverArguments(place: Place, port: number): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    // The server's errors quote rows, and with them addresses of people; the application logs its own errors.
    log_min_messages: "log",
    log_error_verbosity: "terse",
    log_checkpoints: "off",
    jit: "off",
    ...(place.fsync ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return [
    "-D",
    place.argument,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
}

async function untilReady(cluster: string, child: ChildProcess): Promise<boolean> {
  const deadline = performance.now() + START_PATIENCE;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
    const lines = await pidFile(cluster);
    // The port file of a killed server says "ready" too: only our own process number counts.
    if (lines[0] === String(child.pid) && lines[7]?.trim() === "ready") return true;
    await pause(5);
  }
  return false;
}

/** The lines of postmaster.pid: process, directory, start, port, socket, address, shared memory, state. */
async function pidFile(cluster: string): Promise<string[]> {
  const text = await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  return text.split("\n");
}

/** The process of a living server on this cluster, if any. */
export async function runningServer(cluster: string): Promise<number | undefined> {
  const pid = Number((await pidFile(cluster))[0]);
  return pid > 0 && processStart(pid) !== undefined && worksIn(pid, cluster) ? pid : undefined;
}

function worksIn(pid: number, cluster: string): boolean {
  if (process.platform !== "linux") return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch {
    return false;
  }
}

/**
 * PostgreSQL refuses to start while the number in a left-over postmaster.pid belongs to any living process, even if
 * that has nothing to do with it. It ignores the number of its own parent, and still checks that no process uses
 * the old shared memory: so ours is put there.
 */
async function clearReusedPid(cluster: string): Promise<void> {
  const lines = await pidFile(cluster);
  const pid = Number(lines[0]);
  if (pid > 0 && pid !== process.pid && processStart(pid) !== undefined && !worksIn(pid, cluster)) {
    await writeFile(path.join(cluster, "postmaster.pid"), [process.pid, ...lines.slice(1)].join("\n"));
  }
}

/**
 * Ends the server with this process number: a fast shutdown (clients are disconnected, all is written), after 10 s
 * an immediate one (nothing is lost, the next start recovers).
 */
export async function stopServer(pid: number): Promise<void> {
  const start = processStart(pid);
  for (const [signal, patience] of [
    ["SIGINT", 10_000],
    ["SIGQUIT", 10_000],
  ] as const) {
    const deadline = performance.now() + patience;
    if (start === undefined || processStart(pid) !== start) return;
    process.kill(pid, signal);
    while (performance.now() < deadline) {
      if (processStart(pid) !== start) return;
      await pause(5);
    }
  }
  throw new Error(`The embedded PostgreSQL (process ${pid}) does not stop.`);
}

async function rotateLog(logFile: string): Promise<void> {
  const found = await stat(logFile).catch(() => undefined);
  if (found !== undefined && found.size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.1`);
}

async function textFrom(file: string, start: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { start })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8").slice(-2000);
}
