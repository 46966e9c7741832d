import { afterEach, describe, expect, test } from "@jest/globals";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { silentLog } from "../../src/platform/log.js";
import { smtpMailer, type Mailer, type OutgoingMail } from "../../src/platform/mailer.js";

let server: Server;
let mailer: Mailer;
afterEach(async () => {
  await mailer.close();
  server.close();
});

/** A mail server that answers one command too late, and what it heard of the client after that. */
async function lateAt(
  command: string,
): Promise<{ url: string; heardLater: () => string; closed: () => boolean }> {
  let heard = "";
  let closed = false;
  let silent = false;
  let body = false;
  server = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.on("close", () => (closed = true));
    const say = (line: string): void => void (socket.writable && socket.write(`${line}\r\n`));
    say("220 late.example");
    let rest = "";
    socket.on("data", (chunk: Buffer) => {
      if (silent) heard += chunk.toString();
      rest += chunk.toString();
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const isDot = body && line === ".";
        if (body && !isDot) continue;
        const word = isDot ? "." : (line.split(" ")[0] ?? "").toUpperCase();
        body = word === "DATA";
        const reply = word === "DATA" ? "354 go on" : "250 ok";
        if (word !== command) say(reply);
        else {
          silent = true;
          setTimeout(() => say(reply), 700);
        }
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, heardLater: () => heard, closed: () => closed };
}

const MAIL: OutgoingMail = {
  messageId: "<0192-test@letters.example>",
  from: { name: null, address: "letters@letters.example" },
  envelopeFrom: "letters@letters.example",
  to: { name: null, address: "ada@vesta.example" },
  replyTo: null,
  date: new Date("2027-03-04T09:00:00Z"),
  subject: "A letter",
  text: "Good day",
  html: "<p>Good day</p>",
  headers: {},
};

describe("when its deadline has ended, a send is over", () => {
  test.each([
    ["MAIL", "deferred"],
    ["RCPT", "deferred"],
    ["DATA", "deferred"],
    [".", "uncertain"],
  ])("a server that answers %s too late hears nothing more: %s", async (command, kind) => {
    const late = await lateAt(command);
    mailer = smtpMailer(late.url, silentLog(), { connections: 1, deadlines: { toData: 300, toReply: 300 } });
    const verdict = await mailer.send(MAIL);
    expect(verdict).toMatchObject({ kind, reason: "timeout" });
    await pause(900);
    expect(late.closed()).toBe(true);
    expect(late.heardLater()).not.toMatch(/DATA|Subject|Good day/);
  });
});
