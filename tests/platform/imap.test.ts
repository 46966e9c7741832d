import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ImapFlow } from "imapflow";
import { openFolder, type ImapAccount, type OpenFolder } from "../../src/platform/imap.js";
import {
  hasDovecot,
  mailFolders,
  relayTo,
  startDovecot,
  type MailFolders,
  type MailServer,
} from "../support/mail-servers.js";

const isHere = hasDovecot();
if (!isHere) process.stdout.write("Dovecot is not installed: reading over IMAP was not tested.\n");
const withDovecot = isHere ? describe : describe.skip;

const mail = (n: number) => `Subject: mail ${n}\n\nHello ${n}\n`;

const EPOCH = new Date("2000-01-01T00:00:00Z");

/** Every mail of a Maildir: where it lies, how its file is called, what it says. */
function lyingIn(maildir: string): string[][] {
  return ["new", "cur"].flatMap((place) =>
    readdirSync(path.join(maildir, place)).map((file) => [
      place,
      file,
      readFileSync(path.join(maildir, place, file), "utf8"),
    ]),
  );
}

withDovecot("a folder on a real server", () => {
  let folders: MailFolders;
  let server: MailServer;
  const opened: OpenFolder[] = [];
  const never = new AbortController().signal;

  beforeAll(async () => {
    folders = mailFolders();
    server = await startDovecot(folders);
  });
  afterAll(async () => {
    for (const each of opened) await each.close();
    await server.stop();
    folders.remove();
  });

  const account = (user: string, change: Partial<ImapAccount> = {}): ImapAccount => ({
    host: "127.0.0.1",
    port: server.port,
    security: "none",
    user,
    password: "secret",
    folder: "INBOX",
    ...change,
  });
  const open = async (user: string, signal = never): Promise<OpenFolder> => {
    const folder = await openFolder(account(user), signal);
    opened.push(folder);
    return folder;
  };
  async function append(user: string, ...mails: string[]): Promise<void> {
    const client = new ImapFlow({
      ...account(user),
      secure: false,
      auth: { user, pass: "secret" },
      logger: false,
    });
    await client.connect();
    for (const mail of mails) await client.append("INBOX", mail.replaceAll("\n", "\r\n"));
    await client.logout();
  }

  test("is read from where we were, lowest first, and each mail as it is, byte by byte", async () => {
    await append("one", mail(1), mail(2), mail(3));
    const folder = await open("one");
    const listed = await folder.list(0, EPOCH);
    expect(listed.map(({ uid }) => uid)).toEqual([1, 2, 3]);
    const raw = await folder.fetch(2, 10_000);
    expect(raw?.toString()).toBe(mail(2).replaceAll("\n", "\r\n"));
    expect(listed[1]?.size).toBe(raw?.length);
    expect((await folder.list(2, EPOCH)).map(({ uid }) => uid)).toEqual([3]);
    expect(await folder.list(3, EPOCH)).toEqual([]);
    expect(await folder.fetch(99, 10_000)).toBeUndefined();
  });

  test("keeps its mails unread and where they are: nothing in it changes", async () => {
    await append("two", mail(1), mail(2));
    const before = lyingIn(path.join(folders.mail, "two"));
    const folder = await open("two");
    for (const { uid } of await folder.list(0, EPOCH)) await folder.fetch(uid, 10_000);
    expect(lyingIn(path.join(folders.mail, "two")).map(([, , text]) => text)).toEqual(
      before.map(([, , text]) => text),
    );
    expect(lyingIn(path.join(folders.mail, "two")).every(([, name]) => !/:2,.*S/.test(String(name)))).toBe(
      true,
    );
    const client = new ImapFlow({
      ...account("two"),
      secure: false,
      auth: { user: "two", pass: "secret" },
      logger: false,
    });
    await client.connect();
    expect(await client.status("INBOX", { messages: true, unseen: true })).toMatchObject({
      messages: 2,
      unseen: 2,
    });
    await client.logout();
  });

  test("gives only the beginning of a mail that is too large", async () => {
    await append("three", `Subject: large\n\n${"x".repeat(50_000)}\n`);
    const folder = await open("three");
    expect((await folder.fetch(1, 1000))?.length).toBe(1000);
  });

  test("leaves alone what came in before we were asked to read", async () => {
    await append("four", mail(1));
    const folder = await open("four");
    expect(await folder.list(0, new Date("2099-01-01T00:00:00Z"))).toEqual([]);
    expect(await folder.list(0, EPOCH)).toHaveLength(1);
  });

  test("says at once when a mail comes in", async () => {
    await append("five", mail(1));
    const folder = await open("five");
    const waited = folder.wait(60_000, never);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await append("five", mail(2));
    await waited;
    expect(await folder.list(1, EPOCH)).toHaveLength(1);
  }, 20_000);

  test("that is new again has another uidvalidity", async () => {
    await append("six", mail(1));
    const first = await open("six");
    const client = new ImapFlow({
      ...account("six"),
      secure: false,
      auth: { user: "six", pass: "secret" },
      logger: false,
    });
    await client.connect();
    await client.mailboxCreate("Other");
    const status = await client.status("Other", { uidValidity: true });
    await client.logout();
    const other = await openFolder(account("six", { folder: "Other" }), never);
    opened.push(other);
    expect(status && Number(status.uidValidity)).toBe(other.uidValidity);
    expect(typeof first.uidValidity).toBe("number");
  });

  test("says why it can't be read: a refused login, a folder that is not there", async () => {
    await expect(openFolder(account("one", { password: "wrong" }), never)).rejects.toMatchObject({
      fault: "login_refused",
    });
    await expect(openFolder(account("one", { folder: "Nowhere" }), never)).rejects.toMatchObject({
      fault: "folder_missing",
    });
  });

  test("refuses to talk without encryption where that was asked for", async () => {
    await expect(openFolder(account("one", { security: "starttls" }), never)).rejects.toMatchObject({
      name: "ImapError",
    });
  });

  test("notices that the server went away, and the next connection reads on", async () => {
    await append("seven", mail(1));
    const relay = await relayTo(server.port);
    const there = { ...account("seven"), port: relay.port };
    const folder = await openFolder(there, never);
    relay.cut();
    await folder.wait(60_000, never);
    await expect(folder.list(0, EPOCH)).rejects.toMatchObject({ fault: "unreachable" });
    await folder.close();
    await expect(openFolder(there, never)).rejects.toMatchObject({ fault: "unreachable" });
    relay.cut();
    const reopened = await openFolder(there, never);
    expect((await reopened.list(0, EPOCH)).map(({ uid }) => uid)).toEqual([1]);
    expect(reopened.uidValidity).toBe(folder.uidValidity);
    await reopened.close();
    await relay.stop();
  }, 30_000);

  test("is let go of at once when the worker stops", async () => {
    const stopping = new AbortController();
    const folder = await open("one", stopping.signal);
    const waited = folder.wait(60_000, stopping.signal);
    stopping.abort();
    await waited;
    await expect(folder.list(0, EPOCH)).rejects.toMatchObject({ fault: "unreachable" });
  });
});

test("a server that talks nonsense is unreachable, and hangs nobody", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end("220 I am something else\r\n");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const account: ImapAccount = {
    host: "127.0.0.1",
    port,
    security: "none",
    user: "a",
    password: "b",
    folder: "INBOX",
  };
  await expect(openFolder(account, new AbortController().signal)).rejects.toMatchObject({
    fault: "unreachable",
  });
  server.close();
}, 60_000);
