/**
 * A mail server in a process of its own that outlives every kill. Each copy it accepts is on the disk, in its record
 * and in a log such as Postfix writes, before the sender hears of it.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { seeded } from "./random.js";

/** How the server treats mails, by chance: each number is a share of them. */
export interface SinkManner {
  /** Milliseconds that a mail takes at most, before and after it is recorded. */
  slowness: number;
  /** Accepted, then the connection is reset before the sender hears. */
  resetAfterDot: number;
  /** Accepted, then silence. */
  silentAfterDot: number;
  /** Silence before the body is asked for. */
  silentAtRcpt: number;
  /** Refused for the moment, after the body. */
  laterAfterDot: number;
}

/** A server that takes its time and is fair. */
export const FAIR: SinkManner = {
  slowness: 120,
  resetAfterDot: 0,
  silentAfterDot: 0,
  silentAtRcpt: 0,
  laterAfterDot: 0,
};

/** One accepted copy. */
export interface AcceptedCopy {
  messageId: string;
  to: string;
}

/** The running server, seen from the script. */
export interface CrashSink {
  url: string;
  logFile: string;
  behave(manner: SinkManner): void;
  /** Every copy accepted so far, in order. */
  copies(): AcceptedCopy[];
  stop(): void;
}

/** Starts the server; its record and its log lie in `folder`. */
export async function startCrashSink(folder: string, seed: number): Promise<CrashSink> {
  const record = `${folder}/accepted.jsonl`;
  const logFile = `${folder}/mail.log`;
  const child = fork(import.meta.filename, ["serve", record, logFile, String(seed)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [port] = (await once(child, "message")) as [number];
  return {
    url: `smtp://127.0.0.1:${port}`,
    logFile,
    behave: (manner) => child.send(manner),
    copies: () =>
      readFileSync(record, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as AcceptedCopy),
    stop: () => child.kill(),
  };
}

function serve(record: string, logFile: string, seed: number): void {
  const random = seeded(seed);
  const files = { record: openSync(record, "a"), log: openSync(logFile, "a") };
  const sockets = new Set<Socket>();
  let manner = FAIR;
  let accepted = 0;
  process.on("message", (message) => {
    manner = message as SinkManner;
  });
  const reset = (session: SMTPServerSession): void => {
    for (const socket of sockets) if (socket.remotePort === session.remotePort) socket.resetAndDestroy();
  };
  const keep = (messageId: string, to: string, from: string): void => {
    accepted += 1;
    const queueId = (0x40_0000_0000 + accepted).toString(16).toUpperCase();
    const head = `${new Date().toISOString().replace("Z", "+00:00")} sink postfix/`;
    writeSync(files.record, `${JSON.stringify({ messageId, to })}\n`);
    writeSync(
      files.log,
      `${head}cleanup[7]: ${queueId}: message-id=${messageId}\n` +
        `${head}qmgr[8]: ${queueId}: from=<${from}>, size=1000, nrcpt=1 (queue active)\n`,
    );
    fsyncSync(files.record);
    fsyncSync(files.log);
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    maxClients: 500,
    socketTimeout: 20 * 60 * 1000,
    onRcptTo(_address, _session, done) {
      if (!random.chance(manner.silentAtRcpt)) done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const raw = Buffer.concat(chunks).toString("utf8");
        const messageId = /^message-id:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? "none";
        const to = session.envelope.rcptTo[0]?.address ?? "";
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
        void (async () => {
          const { slowness, resetAfterDot, silentAfterDot, laterAfterDot } = manner;
          await pause(random.between(0, slowness / 2 + 1));
          if (random.chance(laterAfterDot)) {
            return done(Object.assign(new Error("4.3.0 later"), { responseCode: 451 }));
          }
          keep(messageId, to, from);
          await pause(random.between(0, slowness / 2 + 1));
          if (random.chance(resetAfterDot)) reset(session);
          else if (!random.chance(silentAfterDot)) done();
        })();
      });
    },
  });
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.server.address() as AddressInfo).port));
  process.on("exit", () => {
    closeSync(files.record);
    closeSync(files.log);
  });
}

const [, , word, record = "", logFile = "", seed = "0"] = process.argv;
if (word === "serve" && process.send) serve(record, logFile, Number(seed));
