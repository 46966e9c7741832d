import { createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { openFolder, type OpenFolder } from "../../src/platform/imap.js";

let server: Server;
let folder: OpenFolder | undefined;

afterEach(async () => {
  await folder?.close();
  server.close();
});

/** A server that answers a search and a fetch with what a test says, whatever was asked. */
async function lying(found: string, fetched: readonly string[]): Promise<OpenFolder> {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("* OK [CAPABILITY IMAP4rev1] ready\r\n");
    socket.on("data", (data) => {
      for (const line of data.toString().split("\r\n").filter(Boolean)) {
        const [tag = "", ...words] = line.split(" ");
        const command = words.join(" ").toUpperCase();
        if (command.startsWith("EXAMINE"))
          socket.write("* 1 EXISTS\r\n* OK [UIDVALIDITY 1] .\r\n* OK [UIDNEXT 9] .\r\n");
        if (command.startsWith("LIST")) socket.write('* LIST () "/" INBOX\r\n');
        if (command.startsWith("UID SEARCH")) socket.write(`* SEARCH ${found}\r\n`);
        if (command.startsWith("UID FETCH"))
          for (const [n, each] of fetched.entries()) socket.write(`* ${n + 1} FETCH (${each})\r\n`);
        socket.write(`${tag} OK done\r\n`);
      }
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const account = {
    host: "127.0.0.1",
    port,
    security: "none" as const,
    user: "a",
    password: "b",
    folder: "INBOX",
  };
  folder = await openFolder(account, new AbortController().signal);
  return folder;
}

test("a server that gives other mails than were asked for, or the same again, makes nobody read in circles", async () => {
  const open = await lying("5 6 5 2", [
    "UID 1 RFC822.SIZE 10",
    "UID 6 RFC822.SIZE 10",
    "UID 5 RFC822.SIZE 10",
    "UID 5 RFC822.SIZE 99",
    "UID 9 RFC822.SIZE 10",
    "UID 4294967299 RFC822.SIZE 10",
  ]);
  const listed = await open.list(4, new Date(0));
  expect(listed.map(({ uid }) => uid)).toEqual([5, 6]);
});
