import { createServer, connect as dial, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A way to a database that can be cut and mended. */
export interface DatabaseProxy {
  /** The database's address by this way. */
  url: string;
  /** Ends all connections and lets nobody in. */
  cut(): void;
  /** Takes connections, but lets nothing through, as a server does that hangs. */
  hang(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Opens a way to the database behind `url`. */
export async function databaseProxy(url: string): Promise<DatabaseProxy> {
  const target = new URL(url);
  const { port, hostname } = target;
  const open = new Set<Socket>();
  let way: "open" | "cut" | "hanging" = "open";
  const server: Server = createServer((client) => {
    if (way === "cut") return void client.destroy();
    const upstream = dial(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
    }
    client.on("data", (part) => way === "open" && upstream.write(part));
    upstream.on("data", (part) => way === "open" && client.write(part));
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  target.hostname = "127.0.0.1";
  target.port = String((server.address() as AddressInfo).port);
  const end = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: target.href,
    cut: () => {
      way = "cut";
      end();
    },
    hang: () => {
      way = "hanging";
    },
    mend: () => {
      if (way === "hanging") end();
      way = "open";
    },
    close: async () => {
      end();
      await new Promise((done) => server.close(done));
    },
  };
}
