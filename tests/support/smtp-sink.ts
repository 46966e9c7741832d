/** A real SMTP server on loopback whose answers a test writes down beforehand. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { SMTPServer, type SMTPServerSession } from "smtp-server";

/** How the server treats a mail. Drops are resets of the connection. */
export type SinkBehaviour =
  | "accept"
  | "drop_at_connect"
  | "drop_at_mail"
  | "drop_at_rcpt"
  | "drop_in_body"
  | "drop_after_dot"
  | "end_after_dot"
  | "silent_after_dot"
  | "silent_at_rcpt"
  | { at: "mail" | "rcpt" | "data"; status: number; text: string };

/** One mail the server has accepted. */
export interface SunkMail {
  from: string;
  to: string[];
  /** As it came over the wire. */
  raw: string;
}

/** The running server. */
export interface SmtpSink {
  url: string;
  /** In order of acceptance. Mails whose connection was dropped after the dot count: the server has them. */
  mails: SunkMail[];
  /** What happens to mails from now on; by the recipient where a function is given. */
  behave(behaviour: SinkBehaviour | ((recipient: string) => SinkBehaviour)): void;
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function smtpSink(): Promise<SmtpSink> {
  const mails: SunkMail[] = [];
  const sockets = new Set<Socket>();
  let decide: (recipient: string) => SinkBehaviour = accept;
  const drop = (session: SMTPServerSession): void => {
    for (const socket of sockets) {
      if (socket.remotePort === session.remotePort) socket.resetAndDestroy();
    }
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    maxClients: 200,
    onConnect(session, done) {
      if (decide("") === "drop_at_connect") drop(session);
      else done();
    },
    onMailFrom(_address, session, done) {
      const behaviour = decide("");
      if (behaviour === "drop_at_mail") drop(session);
      else done(refuse(behaviour, "mail"));
    },
    onRcptTo(address, session, done) {
      const behaviour = decide(address.address);
      if (behaviour === "drop_at_rcpt") drop(session);
      else if (behaviour !== "silent_at_rcpt") done(refuse(behaviour, "rcpt"));
    },
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map((each) => each.address);
      const behaviour = decide(to[0] ?? "");
      if (behaviour === "drop_in_body") {
        stream.once("data", () => drop(session));
        return;
      }
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const refusal = refuse(behaviour, "data");
        if (refusal) return done(refusal);
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
        mails.push({ from, to, raw: Buffer.concat(chunks).toString("utf8") });
        if (behaviour === "drop_after_dot") drop(session);
        else if (behaviour === "end_after_dot") endConnection(sockets, session);
        else if (behaviour !== "silent_after_dot") done(null);
      });
    },
  });
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    behave(behaviour) {
      decide = typeof behaviour === "function" ? behaviour : () => behaviour;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function endConnection(sockets: Set<Socket>, session: SMTPServerSession): void {
  for (const socket of sockets) if (socket.remotePort === session.remotePort) socket.end();
}

/** One header of a mail, unfolded, or undefined. */
export function headerOf(mail: SunkMail, name: string): string | undefined {
  const head = mail.raw.split("\r\n\r\n")[0] ?? "";
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const found = lines.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return found?.slice(name.length + 1).trim();
}

function refuse(behaviour: SinkBehaviour, at: string): Error | undefined {
  return typeof behaviour === "object" && behaviour.at === at
    ? Object.assign(new Error(behaviour.text), { responseCode: behaviour.status })
    : undefined;
}

function accept(): SinkBehaviour {
  return "accept";
}
