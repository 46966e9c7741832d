/** A Postfix of our own on a free port of loopback that delivers nothing and writes its own log. */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../src/platform/embedded-postgres-server.js";

/** The running server. */
export interface Postfix {
  url: string;
  logFile: string;
  stop(): void;
}

/** Why there can be none here; undefined when there can. Postfix starts as root only. */
export function postfixMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "Postfix starts as root only";
  return existsSync("/usr/sbin/postfix") ? undefined : "Postfix is not installed";
}

/** Starts the server and waits until it greets. */
export async function startPostfix(): Promise<Postfix> {
  const port = await freePort();
  const home = mkdtempSync("/tmp/countersign-postfix-");
  chmodSync(home, 0o755);
  const folders = ["config", "queue", "data", "log"].map((name) => path.join(home, name));
  for (const folder of folders) mkdirSync(folder, { mode: 0o755 });
  const [config = "", queue = "", data = "", log = ""] = folders;
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postfix"]).toString()));
  chownSync(data, uid ?? 0, gid ?? 0);
  const logFile = path.join(log, "mail.log");
  writeFileSync(
    path.join(config, "main.cf"),
    [
      "compatibility_level = 3.6",
      `queue_directory = ${queue}`,
      `data_directory = ${data}`,
      `maillog_file = ${logFile}`,
      `maillog_file_prefixes = ${home}`,
      "inet_interfaces = 127.0.0.1",
      "inet_protocols = ipv4",
      "myhostname = mx.countersign.example",
      "mydestination =",
      "mynetworks = 127.0.0.0/8",
      "default_transport = discard:",
      "smtpd_relay_restrictions = permit_mynetworks, reject",
      "alias_maps =",
      "alias_database =",
      "smtputf8_enable = yes",
      "",
    ].join("\n"),
  );
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    "pickup unix n - n 60 1 pickup",
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "proxymap unix - - n - - proxymap",
    "anvil unix - - n - 1 anvil",
    "error unix - - n - - error",
    "discard unix - - n - - discard",
    "postlog unix-dgram n - n - 1 postlogd",
  ];
  writeFileSync(path.join(config, "master.cf"), `${services.join("\n")}\n`);
  const postfix = (word: string): void => {
    execFileSync("/usr/sbin/postfix", ["-c", config, word], { stdio: "ignore" });
  };
  postfix("start");
  const stop = (): void => {
    try {
      postfix("stop");
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  };
  try {
    await greeted(port);
  } catch (error) {
    stop();
    throw error;
  }
  return { url: `smtp://127.0.0.1:${port}`, logFile, stop };
}

async function greeted(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port });
      socket.once("data", () => {
        socket.end("QUIT\r\n");
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (answered) return;
    await pause(100);
  }
  throw new Error("Postfix does not greet");
}
