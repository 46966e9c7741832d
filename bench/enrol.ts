import { enrolContacts, approveBatch } from "../src/domain/outreach/enrolment-service.js";
import { planEnrolment } from "../src/domain/outreach/plan-service.js";
import { changeSequence, createSequence } from "../src/domain/outreach/sequence-service.js";
import { addStaff } from "../src/domain/team/service.js";
import { closeDb, connect } from "../src/platform/db.js";
import { silentLog } from "../src/platform/log.js";
import { newId } from "../src/platform/ids.js";
import { withBenchApp, type BenchApp } from "./bench-app.js";
import { median, once, type Figure } from "./figure.js";

const CONTACTS = 5000;
const ROUNDS = 3;
/** The rows that one enrolled contact with its first mail is. */
const TABLES = [
  ["invitations", "letter_id = :letterId"],
  ["enrolments", "letter_id = :letterId"],
  ["messages", "letter_id = :letterId"],
  ["message_events", "message_id in (select id from messages where letter_id = :letterId)"],
  [
    "links",
    "subject_id in (select id from messages where letter_id = :letterId union all select id from invitations where letter_id = :letterId)",
  ],
  ["activity", "letter_id = :letterId"],
] as const;

/** Enrolling contacts, with invitation, links and first mail each, beside plain INSERTs of the rows that come of it, one by one. */
export async function enrolMany(): Promise<Figure> {
  return withBenchApp(async (app) => {
    const [ours, bare]: [number[], number[]] = [[], []];
    // The only one of the staff, who may therefore approve what they enrol.
    const system = app.ctx({ kind: "system", name: "bench" });
    const { id } = await addStaff(system, { email: "ines@bench.example", name: "Ines Falk", role: "admin" });
    const ctx = app.ctx({ kind: "staff", id, name: "Ines Falk", role: "admin" });
    for (let round = 0; round < ROUNDS; round++) {
      const { letterId, sequenceId, segment } = await prepare(app, round);
      const plan = performance.now();
      const { planned } = await planEnrolment(ctx, sequenceId, { filter: { q: segment } });
      if (planned.length !== CONTACTS) throw new Error(`the dry run plans ${planned.length}`);
      console.error(
        `dry run of ${planned.length} contacts, three mails each: ${Math.round(performance.now() - plan)} ms`,
      );
      ours.push(
        await once(CONTACTS, async () => {
          const { batchId } = await enrolContacts(ctx, sequenceId, { filter: { q: segment } });
          const { begun } = await approveBatch(ctx, batchId ?? "");
          if (begun !== CONTACTS) throw new Error(`${begun} have begun`);
        }),
      );
      bare.push(await insertAgain(app, letterId));
    }
    return {
      what: `enrolling ${CONTACTS.toLocaleString("en")} contacts, approved and begun`,
      unit: "contacts",
      ours: median(ours),
      bare: median(bare),
      against: "plain INSERTs of the same rows in one transaction",
    };
  });
}

/** A letter of its own each round, with contacts in eight countries and a running sequence of three mails. */
async function prepare(
  app: BenchApp,
  round: number,
): Promise<{ letterId: string; sequenceId: string; segment: string }> {
  const at = app.clock.now();
  const [letterId, versionId, slug] = [newId(app.clock), newId(app.clock), `bench-${round}`];
  await app.db("letters").insert({
    id: letterId,
    slug,
    state: "open",
    default_language: "en",
    sponsor_name: "Bench",
    sponsor_address: "1 Road, Town",
    sponsor_email: "team@bench.example",
    created_at: at,
  });
  await app.db("letter_versions").insert({ id: versionId, letter_id: letterId, number: 1, created_at: at });
  await app.db("letter_translations").insert({
    version_id: versionId,
    language: "en",
    title: "A letter",
    addressee: "To the ministers",
    body_md: "Stop.",
    content_hash: Buffer.alloc(32),
  });
  const segment = `Round ${round} operator`;
  await app.db.raw(
    `with made as (insert into organisations (id, name, name_key, country, sector, created_at, updated_at)
       select gen_random_uuid(), :segment || ' ' || n, lower(:segment) || ' ' || n,
         (array['KE', 'BR', 'NO', 'FR', 'JP', 'IN', 'MX', 'AU'])[1 + n % 8], 'satellite_operator', :at, :at
       from generate_series(1, :count::integer) n returning id, name)
     insert into contacts (id, organisation_id, name, email, address_hash, lawful_basis, source, source_at, created_at, updated_at)
       select gen_random_uuid(), id, 'Ada Park', 'ada@' || replace(lower(name), ' ', '-') || '.example', sha256(name::bytea),
         'published_address', 'bench', :at, :at, :at from made`,
    { segment, at, count: CONTACTS },
  );
  const ctx = app.ctx({ kind: "system", name: "bench" });
  const texts = [
    {
      language: "en",
      subject: "For {{organisation.name}}",
      body: "Dear {{contact.name}}, {{invitation.link}}",
    },
  ];
  const steps = [{ texts }, { texts, delay_days: 3 }, { texts, delay_days: 5 }];
  const { id } = await createSequence(ctx, { letter: slug, name: "Bench", steps });
  await changeSequence(ctx, id, { to: "active" });
  return { letterId, sequenceId: id, segment };
}

/** Puts copies of the rows that came of the enrolment into empty tables with the same indexes, one by one. */
async function insertAgain(app: BenchApp, letterId: string): Promise<number> {
  const owner = connect(app.urls.ownerUrl, { log: silentLog(), max: 1 });
  try {
    const rows: [table: string, row: Record<string, unknown>][] = [];
    for (const [table, ofLetter] of TABLES) {
      await owner.raw("drop table if exists ??", [`bare_${table}`]);
      await owner.raw("create table ?? (like ?? including indexes including constraints)", [
        `bare_${table}`,
        table,
      ]);
      const found = (await owner(table).whereRaw(ofLetter, { letterId })) as Record<string, unknown>[];
      for (const row of found) rows.push([`bare_${table}`, plain(row)]);
    }
    const speed = await once(CONTACTS, () =>
      owner.transaction(async (tx) => {
        for (const [table, row] of rows) await tx(table).insert(row);
      }),
    );
    return speed;
  } finally {
    await closeDb(owner);
  }
}

/** A row as it is given to the database: JSON as text. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isJson(value) ? JSON.stringify(value) : value]),
  );
}

function isJson(value: unknown): boolean {
  const isPlain = !(value instanceof Date || Buffer.isBuffer(value) || Array.isArray(value));
  return typeof value === "object" && value !== null && isPlain;
}
