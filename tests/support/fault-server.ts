/** An SMTP server on loopback, written by hand so that it can misbehave at every step of the dialogue. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** Where it misbehaves: at the greeting, in answer to a command, while the body comes in, or after the final dot. */
export type FaultStage = "connect" | "ehlo" | "starttls" | "auth" | "mail" | "rcpt" | "data" | "body" | "dot";

/**
 * reset: the connection breaks. end: it is closed in order. silence: nothing more is said. tarpit: one byte at a time,
 * so that no timeout for idleness ever runs out. An answer is said instead of the usual one; with `cut` the connection
 * ends within it.
 */
export type Fault = "reset" | "end" | "silence" | "tarpit" | { answer: string; cut?: true };

/** The running server. */
export interface FaultServer {
  port: number;
  /** From now on; null: behaves well. */
  misbehave(fault: { at: FaultStage; how: Fault } | null): void;
  /** How many mails it has in full, whatever it said to them. */
  mails: number;
  /** To whom they were, in order. */
  recipients: string[];
  /** How many connections are open. */
  open(): number;
  /** Breaks what is open and takes no more connections until `listen` is called. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

const TARPIT_BYTE_EVERY = 40;

/** Starts the server; it offers a login and STARTTLS as told. */
export async function faultServer(offers: { auth?: boolean; starttls?: boolean } = {}): Promise<FaultServer> {
  const sockets = new Set<Socket>();
  let fault: { at: FaultStage; how: Fault } | null = null;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    converse(socket);
  });

  /** Answers, unless this is where it misbehaves; says whether the dialogue goes on. */
  function say(socket: Socket, at: FaultStage, usual: string): boolean {
    if (fault?.at !== at) {
      socket.write(`${usual}\r\n`);
      return true;
    }
    const { how } = fault;
    if (how === "reset") socket.resetAndDestroy();
    else if (how === "end") socket.end();
    else if (how === "tarpit") trickle(socket);
    else if (typeof how === "object") {
      socket.write(how.cut ? how.answer : `${how.answer}\r\n`);
      if (how.cut) socket.end();
      return !how.cut;
    }
    return false;
  }

  function converse(socket: Socket): void {
    let heard = "";
    let isBody = false;
    let recipient = "";
    if (!say(socket, "connect", "220 faults.example ESMTP")) return;
    socket.on("data", (bytes: Buffer) => {
      heard += bytes.toString("latin1");
      if (isBody && fault?.at === "body" && heard !== "") {
        if (fault.how === "reset") socket.resetAndDestroy();
        else if (fault.how === "end") socket.end();
        else socket.pause();
        return;
      }
      for (;;) {
        const end = isBody ? heard.indexOf("\r\n.\r\n") : heard.indexOf("\r\n");
        if (end < 0) return;
        const line = heard.slice(0, end);
        heard = heard.slice(end + (isBody ? 5 : 2));
        if (isBody) {
          isBody = false;
          server.emit("mail", recipient);
          say(socket, "dot", "250 2.0.0 accepted");
        } else {
          recipient = /^RCPT TO:<([^>]*)>/i.exec(line)?.[1] ?? recipient;
          isBody = answer(socket, line.toUpperCase());
        }
      }
    });
  }

  function answer(socket: Socket, line: string): boolean {
    const features = ["250-faults.example", ...(offers.auth ? ["250-AUTH PLAIN"] : [])];
    if (offers.starttls) features.push("250-STARTTLS");
    if (/^(EHLO|HELO)/.test(line)) say(socket, "ehlo", [...features, "250 8BITMIME"].join("\r\n"));
    else if (line.startsWith("STARTTLS")) say(socket, "starttls", "220 go ahead");
    else if (line.startsWith("AUTH")) say(socket, "auth", "235 2.7.0 welcome");
    else if (line.startsWith("MAIL")) say(socket, "mail", "250 2.1.0 ok");
    else if (line.startsWith("RCPT")) say(socket, "rcpt", "250 2.1.5 ok");
    else if (line === "DATA") return say(socket, "data", "354 go on") && !isRefusal();
    else if (line === "QUIT") socket.end("221 bye\r\n");
    else socket.write("250 ok\r\n");
    return false;
  }

  function isRefusal(): boolean {
    return fault?.at === "data" && typeof fault.how === "object" && !fault.how.answer.startsWith("3");
  }

  async function listen(port: number): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }
  async function refuse(): Promise<void> {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const running: FaultServer = {
    port,
    mails: 0,
    recipients: [],
    misbehave: (next) => (fault = next),
    open: () => sockets.size,
    refuse,
    listen: () => listen(port),
    close: refuse,
  };
  server.on("mail", (recipient: string) => {
    running.mails += 1;
    running.recipients.push(recipient);
  });
  return running;
}

/** An answer that never ends: lines that announce further lines, a byte at a time. */
function trickle(socket: Socket): void {
  const text = "250-still thinking\r\n";
  let place = 0;
  const timer = setInterval(() => {
    if (socket.destroyed) return clearInterval(timer);
    socket.write(text.charAt(place % text.length));
    place += 1;
  }, TARPIT_BYTE_EVERY);
  socket.on("close", () => clearInterval(timer));
}
