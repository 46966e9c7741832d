import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import type { AddressInfo } from "node:net";

/** A mail server in a process of its own that accepts everything and keeps nothing. */
export interface BareSink {
  url: string;
  stop(): void;
}

/** Starts the server and waits until it listens. */
export async function startBareSink(): Promise<BareSink> {
  const child: ChildProcess = fork(import.meta.filename, ["serve"], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [port] = (await once(child, "message")) as [number];
  return { url: `smtp://127.0.0.1:${port}`, stop: () => child.kill() };
}

if (process.argv[2] === "serve" && process.send) {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    maxClients: 200,
    onData(stream, _session, done) {
      stream.on("end", () => done());
      stream.resume();
    },
  });
  server.on("error", () => {});
  server.listen(0, "127.0.0.1", () => process.send?.((server.server.address() as AddressInfo).port));
}
