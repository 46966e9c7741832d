import type { App } from "../app.js";
import { firstContact } from "../domain/consent/first-contact.js";
import { createContact, createOrganisation } from "../domain/organisations/service.js";
import { createLetter, writeText } from "../domain/letters/service.js";
import { changeLetterState } from "../domain/letters/state-service.js";
import { listLetters } from "../domain/letters/views.js";
import type { Sending } from "../domain/mail/commit-service.js";
import { processDueMail } from "../domain/mail/sending-service.js";
import { outreachPolicy } from "../domain/outreach/policy-service.js";
import { approveMailing } from "../domain/outreach/approval-service.js";
import { queueMailing } from "../domain/outreach/service.js";
import { addStaff } from "../domain/team/service.js";
import { DAY, HOUR, MINUTE, fixedClock, type FixedClock } from "../platform/clock.js";
import { as, transaction, type Actor, type Ctx } from "../platform/context.js";
import { captureMailer } from "../platform/mailer.js";
import { DEMO_LETTER, DEMO_MAILS, DEMO_TEXTS } from "./letter.js";
import { leaveOnDesk } from "./desk.js";
import { hearFromSome } from "./incoming.js";
import { DEMO_ORGANISATIONS, type DemoOrganisation } from "./organisations.js";
import { remindSome } from "./sequence.js";
import { answer, type Cast, type Told } from "./stories.js";

/** How long ago the demonstration begins, in days. */
const BEGINS = 40;
/** How long ago those who had not answered were reminded, in days. */
const REMINDED = 10;
const SYSTEM: Actor = { kind: "system", name: "demonstration" };

/**
 * Fills an empty database with an invented campaign: every row comes from the same use cases that staff and companies
 * use, played by a clock that starts 40 days ago. All of it or nothing is kept. Does nothing where there is a letter.
 */
export async function seedDemo(app: App): Promise<boolean> {
  if ((await listLetters(app.ctx(SYSTEM), { limit: 1 })).items.length > 0) return false;
  const end = app.clock.now().getTime();
  const clock = fixedClock(atWork(end - BEGINS * DAY));
  const start: Ctx = { ...app.ctx(SYSTEM), clock };
  await transaction(start, (ctx) => tell(app, ctx, clock, end));
  app.log.info({ organisations: DEMO_ORGANISATIONS.length }, "the demonstration is ready");
  return true;
}

async function tell(app: App, ctx: Ctx, clock: FixedClock, end: number): Promise<void> {
  const cast = await hire(ctx);
  const staff = as(ctx, cast.ines);
  const sending: Sending = {
    mailer: captureMailer(),
    mailers: app.mailers,
    templates: app.templates,
    messages: app.messages,
    policy: outreachPolicy,
  };
  const send = async (): Promise<void> => {
    clock.advance(MINUTE);
    while ((await processDueMail(as(ctx, SYSTEM), sending)) > 0) clock.advance(MINUTE);
  };

  await writeLetter(staff, as(ctx, cast.tomas), clock, end);
  const told = await research(staff, clock);
  clock.advance(2 * DAY);
  await writeToAll(staff, as(ctx, cast.tomas), told);
  await send();

  const answering = inOrder(
    told.filter(({ organisation }) => !["identified", "approached"].includes(organisation.story)),
  );
  const begin = clock.now().getTime();
  const pace = (end - 2 * DAY - begin) / answering.length;
  let isReminded = false;
  for (const [position, each] of answering.entries()) {
    clock.set(atWork(begin + (position + 1) * pace));
    if (!isReminded && clock.now().getTime() > end - REMINDED * DAY) {
      await remindSome(staff, told);
      isReminded = true;
    }
    await answer(ctx, cast, each, send);
    if (isReminded) await send();
  }
  await leaveOnDesk(as(ctx, cast.tomas));
  await send();
  await hearFromSome(as(ctx, SYSTEM), told, clock, end);
}

async function hire(ctx: Ctx): Promise<Cast> {
  const ines = await addStaff(ctx, {
    email: "ines.falk@orbit-forum.example",
    name: "Ines Falk",
    role: "admin",
  });
  const tomas = await addStaff(ctx, {
    email: "tomas.lind@orbit-forum.example",
    name: "Tomas Lind",
    role: "admin",
  });
  return {
    ines: { kind: "staff", id: ines.id, name: "Ines Falk", role: "admin" },
    tomas: { kind: "staff", id: tomas.id, name: "Tomas Lind", role: "admin" },
  };
}

async function writeLetter(writer: Ctx, approver: Ctx, clock: FixedClock, end: number): Promise<void> {
  const closes = new Date(end + 180 * DAY).toISOString().slice(0, 10);
  await createLetter(writer, { ...DEMO_LETTER, ...DEMO_TEXTS.en, closes_at: closes });
  await writeText(writer, DEMO_LETTER.slug, { language: "fr", ...DEMO_TEXTS.fr, reviewed: true });
  await writeText(writer, DEMO_LETTER.slug, { language: "ar", ...DEMO_TEXTS.ar, reviewed: false });
  clock.advance(HOUR);
  await changeLetterState(writer, DEMO_LETTER.slug, { to: "in_review" });
  clock.advance(3 * HOUR);
  await changeLetterState(approver, DEMO_LETTER.slug, { to: "approved" });
  clock.advance(HOUR);
  await changeLetterState(writer, DEMO_LETTER.slug, { to: "open" });
}

async function research(ctx: Ctx, clock: FixedClock): Promise<Told[]> {
  const told: Told[] = [];
  for (const organisation of DEMO_ORGANISATIONS) {
    clock.advance(5 * MINUTE);
    const domain = domainOf(organisation);
    const { id } = await createOrganisation(ctx, {
      name: organisation.name,
      country: organisation.country,
      sector: organisation.sector as "other",
      domain,
      website: `https://www.${domain}/`,
      ...(organisation.satellites > 0 ? { active_satellites: organisation.satellites } : {}),
      source: "demonstration",
    });
    const email = `${mailName(organisation.contact)}@${domain}`;
    const contact = await createContact(ctx, {
      organisation_id: id,
      name: organisation.contact,
      title: organisation.title,
      email,
      language: organisation.language,
      ...whyWeMayWrite(organisation, email, domain),
    });
    told.push({ organisation, organisationId: id, contactId: contact.id, email });
  }
  return told;
}

/** Where the law asks for consent before a first mail, somebody of the campaign has met them. */
function whyWeMayWrite({ country }: DemoOrganisation, email: string, domain: string) {
  const basis = "published_address" as const;
  return firstContact({ country, set: undefined, email, basis, isFirst: true }) === "allowed"
    ? { lawful_basis: basis, source: `imprint of www.${domain}` }
    : { lawful_basis: "existing_relationship" as const, source: "talk at the industry days in Geneva" };
}

async function writeToAll(writer: Ctx, approver: Ctx, told: readonly Told[]): Promise<void> {
  for (const [language, mail] of Object.entries(DEMO_MAILS)) {
    const contactIds = told
      .filter(({ organisation }) => organisation.language === language && organisation.story !== "identified")
      .map(({ contactId }) => contactId);
    const { id, state } = await queueMailing(writer, {
      letterSlug: DEMO_LETTER.slug,
      subject: mail.subject,
      body: mail.body,
      language,
      contactIds,
    });
    if (state === "waiting") await approveMailing(approver, id);
  }
}

/** The same day and order, but between 8 and 17 o'clock. */
function atWork(time: number): Date {
  const midnight = Math.floor(time / DAY) * DAY;
  return new Date(midnight + 8 * HOUR + ((time - midnight) / DAY) * 9 * HOUR);
}

/** The same mixed order each time, so that sectors and stories alternate over the weeks. */
function inOrder(told: readonly Told[]): Told[] {
  return told
    .map((each, position) => ({ each, place: ((position * 37) % 101) + (isRecent(each) ? 101 : 0) }))
    .sort((one, other) => one.place - other.place)
    .map(({ each }) => each);
}

/** Stories that staff have not got to yet happened last. */
function isRecent({ organisation }: Told): boolean {
  return ["in_review", "unconfirmed", "wrong_person"].includes(organisation.story);
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ø", "o");
}

function domainOf({ name }: DemoOrganisation): string {
  const words = plain(name).match(/[a-z0-9]+/g) ?? ["organisation"];
  return `${words.slice(0, 2).join("-")}.example`;
}

function mailName(name: string): string {
  return (plain(name).match(/[a-z]+/g) ?? ["office"]).join(".");
}
