/** Debian's Postfix and Dovecot on this machine: private folders, free ports, stopped by their process ids. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  chmodSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as waitFor } from "node:timers/promises";
import { execFileSync } from "node:child_process";

const DOVECOT = "/usr/sbin/dovecot";
const MASTER = "/usr/lib/postfix/sbin/master";
const isRoot = process.getuid?.() === 0;

/** Whether Dovecot with IMAP is here; tests that need it say so and are skipped without it. */
export function hasDovecot(): boolean {
  return existsSync(DOVECOT) && existsSync("/usr/lib/dovecot/imap");
}

/** Whether Postfix is here and can be started: it changes users, so only root can. */
export function hasPostfix(): boolean {
  return isRoot && existsSync(MASTER);
}

/** Where mails lie: one Maildir a user. */
export interface MailFolders {
  /** The folder of everything. */
  root: string;
  /** The parent of the users' folders. */
  mail: string;
  remove(): void;
}

const NOBODY = 65_534;

/** Makes an empty place for mails that both servers can write to. */
export function mailFolders(): MailFolders {
  const root = mkdtempSync(path.join(tmpdir(), "countersign-mail-"));
  chmodSync(root, 0o755);
  const mail = path.join(root, "mail");
  mkdirSync(mail);
  if (isRoot) chownSync(mail, NOBODY, NOBODY);
  return { root, mail, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A running server. */
export interface MailServer {
  port: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function untilOpen(port: number, child: ChildProcess, log: string): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    if (child.exitCode !== null) break;
    const isOpen = await new Promise<boolean>((done) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        done(true);
      });
      socket.on("error", () => done(false));
    });
    if (isOpen) return;
    await waitFor(50);
  }
  throw new Error(`the server did not start: ${existsSync(log) ? readFileSync(log, "utf8") : "no log"}`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(killer);
}

/** Starts Dovecot for the users of a place; every user's password is "secret". `port` starts it where it was before. */
export async function startDovecot(
  folders: MailFolders,
  options: { port?: number } = {},
): Promise<MailServer> {
  const port = options.port ?? (await freePort());
  const [uid, gid] = isRoot ? [NOBODY, NOBODY] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const run = path.join(folders.root, "dovecot");
  mkdirSync(run, { recursive: true });
  const log = path.join(folders.root, "dovecot.log");
  const file = path.join(folders.root, "dovecot.conf");
  const me = isRoot ? undefined : nameOf("-un");
  const users = me
    ? `default_internal_user = ${me}\ndefault_internal_group = ${nameOf("-gn")}\ndefault_login_user = ${me}\nservice anvil {\n  chroot =\n}\n`
    : "";
  writeFileSync(
    file,
    `base_dir = ${run}
state_dir = ${run}
log_path = ${log}
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:${folders.mail}/%u
first_valid_uid = 0
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folders.mail}/%u allow_all_users=yes
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
${users}`,
  );
  const child = spawn(DOVECOT, ["-F", "-c", file], { stdio: "ignore" });
  await untilOpen(port, child, log);
  return { port, stop: () => stopChild(child) };
}

function nameOf(flag: "-un" | "-gn"): string {
  return execFileSync("id", [flag], { encoding: "utf8" }).trim();
}

const QUEUES = [
  "incoming",
  "active",
  "deferred",
  "bounce",
  "defer",
  "flush",
  "hold",
  "corrupt",
  "trace",
  "saved",
];

/**
 * Starts Postfix: it takes mail for some domains, delivers to the Maildirs of known addresses, sends a delivery report
 * for unknown ones, and hands nothing to any other machine. `name+tag@…` reaches `name@…`.
 */
export async function startPostfix(
  folders: MailFolders,
  options: { domains: readonly string[]; addresses: Record<string, string> },
): Promise<MailServer> {
  const port = await freePort();
  const home = path.join(folders.root, "postfix");
  const [queue, data, etc] = ["queue", "data", "etc"].map((name) => path.join(home, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [queue, data, etc]) mkdirSync(each, { recursive: true });
  const [user, drop] = [idOf("-u", "postfix"), groupOf("postdrop")];
  chownSync(data, user, 0);
  for (const name of [...QUEUES, "private", "maildrop", "public", "pid"]) {
    const folder = path.join(queue, name);
    mkdirSync(folder);
    if (name !== "pid") chownSync(folder, user, name === "maildrop" || name === "public" ? drop : 0);
    chmodSync(
      folder,
      name === "maildrop" ? 0o730 : name === "public" ? 0o710 : name === "pid" ? 0o755 : 0o700,
    );
  }
  const log = path.join(home, "log");
  const mailboxes = path.join(etc, "mailboxes");
  writeFileSync(
    mailboxes,
    Object.entries(options.addresses)
      .map(([address, name]) => `${address} ${name}/\n`)
      .join(""),
  );
  writeFileSync(
    path.join(etc, "main.cf"),
    `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
command_directory = /usr/sbin
daemon_directory = ${path.dirname(MASTER)}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.forum.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
default_transport = error:5.4.4 this machine delivers to itself only
virtual_mailbox_domains = ${options.domains.join(", ")}
virtual_mailbox_maps = texthash:${mailboxes}
virtual_mailbox_base = ${folders.mail}
virtual_minimum_uid = 100
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
virtual_transport = virtual
recipient_delimiter = +
maillog_file_prefixes = ${folders.root}
maillog_file = ${log}
`,
  );
  writeFileSync(
    path.join(etc, "master.cf"),
    `127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`,
  );
  const child = spawn(MASTER, ["-c", etc], { stdio: "ignore" });
  await untilOpen(port, child, log);
  return { port, stop: () => stopChild(child) };
}

function idOf(flag: "-u" | "-g", name: string): number {
  return Number(execFileSync("id", [flag, name], { encoding: "utf8" }).trim());
}

function groupOf(name: string): number {
  const line = readFileSync("/etc/group", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${name}:`));
  return Number(line?.split(":")[2] ?? 0);
}

/** A way to a server that can be cut and opened again, as when the server or the line to it fails. */
export async function relayTo(port: number): Promise<MailServer & { cut(): void }> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    if (isCut) return void [near, far].map((socket) => socket.destroy());
    near.pipe(far).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = !isCut;
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
