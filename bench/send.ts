import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTransport } from "nodemailer";
import { settingsMailbox } from "../src/domain/mail/mailbox-account-service.js";
import { queueMailing } from "../src/domain/outreach/service.js";
import { newId } from "../src/platform/ids.js";
import { startWorker } from "../src/worker/main.js";
import { withBenchApp, type BenchApp } from "./bench-app.js";
import { median, once, type Figure } from "./figure.js";
import { startBareSink } from "./smtp-sink.js";

const MAILS = 1500;
const ROUNDS = 3;
const CONNECTIONS = 10;

const DKIM = { domainName: "localhost.example", keySelector: "bench" };

/**
 * The whole cycle (claim, commit point with stop rules, caps and rendering, SMTP, verdict, events) beside nodemailer's
 * own pool sending the same bytes to the same server; both over ten connections and signing by DKIM (RSA 2048).
 */
export async function sendMails(): Promise<Figure> {
  const sink = await startBareSink();
  const folder = await mkdtemp(path.join(tmpdir(), "countersign-bench-key-"));
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  const keyFile = path.join(folder, "dkim.pem");
  await writeFile(keyFile, key, { mode: 0o600 });
  try {
    return await withBenchApp(
      async (app) => {
        const [ours, bare]: number[][] = [[], []];
        await takeLimitsAway(app);
        for (let round = 0; round < ROUNDS; round++) {
          await queueMails(app, round);
          ours?.push(await once(MAILS, () => sendOurs(app)));
          bare?.push(await sendBare(app, sink.url, String(key)));
        }
        return {
          what: `sending ${MAILS.toLocaleString("en")} mails through the whole cycle`,
          unit: "mails",
          ours: median(ours ?? []),
          bare: median(bare ?? []),
          against: "bare pooled nodemailer sending the same mails to the same server, both signing",
        };
      },
      {
        SMTP_URL: sink.url,
        DKIM_DOMAIN: DKIM.domainName,
        DKIM_SELECTOR: DKIM.keySelector,
        DKIM_PRIVATE_KEY_FILE: keyFile,
      },
    );
  } finally {
    sink.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The limits of a mailbox would end the measurement after ten seconds' worth of mail. */
async function takeLimitsAway(app: BenchApp): Promise<void> {
  const { id } = await settingsMailbox(app.ctx({ kind: "system", name: "bench" }));
  await app.db("mailboxes").where({ id }).update({ cap_day: null, cap_minute: null });
}

export async function queueMails(app: BenchApp, round: number): Promise<void> {
  const ctx = app.ctx({ kind: "system", name: "bench" });
  const at = app.clock.now();
  const slug = `bench-${round}`;
  const ids = { letter: newId(app.clock), version: newId(app.clock) };
  await app.db("letters").insert({
    id: ids.letter,
    slug,
    state: "open",
    default_language: "en",
    sponsor_name: "Low Orbit Stewardship Forum",
    sponsor_address: "12 Quay Street, Bergen 5003, Norway",
    sponsor_email: "team@forum.example",
    created_at: at,
  });
  await app
    .db("letter_versions")
    .insert({ id: ids.version, letter_id: ids.letter, number: 1, created_at: at });
  await app.db("letter_translations").insert({
    version_id: ids.version,
    language: "en",
    title: "Keep low orbit usable",
    addressee: "To the heads of state",
    body_md: "1. Stop.",
    content_hash: Buffer.alloc(32),
  });
  const people = Array.from({ length: MAILS }, (_, n) => person(app, round, n, at));
  await app.db.batchInsert(
    "organisations",
    people.map((each) => each.organisation),
    500,
  );
  await app.db.batchInsert(
    "contacts",
    people.map((each) => each.contact),
    500,
  );
  await queueMailing(ctx, {
    letterSlug: slug,
    subject: "{{letter.title}}: will {{organisation.name}} sign?",
    body: BODY,
    language: "en",
    contactIds: people.map((each) => each.contact.id),
  });
  // More than 50 wait for a second person; here nobody is there to look.
  await app.db("sequences").where({ state: "waiting" }).update({ state: "queued" });
  await app.db("messages").where({ state: "draft" }).update({ state: "queued" });
}

const BODY = `Dear {{contact.name}},

we ask {{organisation.name}} to sign **{{letter.title}}**, addressed to those who can stop it ({{letter.addressee}}).

- It takes five minutes.
- You may also [say no]({{invitation.link}}), with a reason.

[Answer here]({{invitation.link}})

{{sender.name}}`;

function person(app: BenchApp, round: number, n: number, at: Date) {
  const id = newId(app.clock);
  const email = `p${n}@o${round}-${n}.example`;
  return {
    organisation: {
      id,
      name: `Orbital ${round}x${n} Ltd`,
      name_key: `orbital ${round}x${n}`,
      country: "NO",
      created_at: at,
      updated_at: at,
    },
    contact: {
      id: newId(app.clock),
      organisation_id: id,
      name: `Ada Park ${n}`,
      email,
      address_hash: app.keys.addressHash(email),
      lawful_basis: "published_address",
      source: "https://forum.example/contacts",
      source_at: at,
      created_at: at,
      updated_at: at,
    },
  };
}

async function sendOurs(app: BenchApp): Promise<void> {
  const worker = startWorker(app);
  for (;;) {
    const left = (await app
      .db("messages")
      .whereIn("state", ["queued", "claimed", "sending"])
      .limit(1)
      .pluck("id")) as string[];
    if (left.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await worker.stop();
}

/** Sends what we have just sent once more, with nothing around it. Answers mails a second. */
async function sendBare(app: BenchApp, url: string, privateKey: string): Promise<number> {
  const rows = (await app
    .db("messages")
    .orderBy("id", "desc")
    .limit(MAILS)
    .select("to_email", "to_name", "subject", "body_text", "body_html", "message_id")) as Record<
    string,
    string
  >[];
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: 1000,
    dkim: { ...DKIM, privateKey },
  });
  const speed = await once(rows.length, async () => {
    await Promise.all(
      rows.map((row) =>
        transport.sendMail({
          from: { name: "Low Orbit Stewardship Forum", address: "letters@localhost.example" },
          to: { name: row["to_name"] ?? "", address: row["to_email"] ?? "" },
          messageId: row["message_id"] ?? "",
          subject: row["subject"] ?? "",
          text: row["body_text"] ?? "",
          html: row["body_html"] ?? "",
          headers: { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
        }),
      ),
    );
  });
  transport.close();
  return speed;
}
