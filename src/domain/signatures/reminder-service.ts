import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import { endOf, letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { linkPlaceholder, type Link } from "../links/link.js";
import { ensureLink, revokeLinks } from "../links/service.js";
import { queueMail } from "../mail/service.js";
import { createTask } from "../tasks/service.js";
import { mayAskOnce, standingAttestLink } from "./authority-mail-service.js";
import { confirmerOf, standingConfirmLink } from "./mail-service.js";
import { moveSignature } from "./movement-service.js";
import { listOfficers, type OfficerRow } from "./officer-store.js";
import { STUCK_STATES, judgeWaiting, type StuckState } from "./reminder.js";
import { findWaiting, insertReminder, listWaitingIds, setLookAgain } from "./reminder-store.js";
import { mayConfirm } from "./signature.js";
import { findSignature, lockSignature, type SignatureRow } from "./store.js";

const AT_ONCE = 200;

/**
 * Reminds those whose entry waits for them twice, and ends the entry with a task for staff when they stay silent; the
 * worker asks again and again. Returns for how many something was done.
 */
export async function remindStuckSigners(ctx: Ctx): Promise<number> {
  const ids = await listWaitingIds(ctx.db, ctx.clock.now(), AT_ONCE);
  let done = 0;
  for (const id of ids) done += await lookAt(ctx, id);
  return done;
}

async function lookAt(ctx: Ctx, id: string): Promise<number> {
  const seen = await findSignature(ctx.db, id);
  if (!seen) return 0;
  return transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [seen.organisation_id] });
    const row = await lockSignature(tx.db, id);
    const stage = STUCK_STATES.find((each) => each === row?.state);
    if (!row || !stage) return 0;
    const at = tx.clock.now();
    const waiting = await findWaiting(tx.db, id, stage);
    const verdict = judgeWaiting(
      {
        since: waiting?.since ?? row.submitted_at,
        country: row.country,
        reminded: waiting?.reminded ?? 0,
        remindedAt: waiting?.reminded_at ?? null,
      },
      at,
    );
    if (verdict.due === "nothing") {
      await setLookAgain(tx.db, id, verdict.lookAgainAt);
      return 0;
    }
    if (verdict.due === "end") return end(tx, row, stage);
    await setLookAgain(tx.db, id, new Date(at.getTime() + DAY));
    const since = waiting?.since ?? row.submitted_at;
    await insertReminder(tx.db, {
      id: newId(tx.clock),
      signature_id: id,
      stage,
      since,
      number: verdict.number,
      at,
    });
    return remind(tx, row, stage, verdict.number);
  });
}

async function remind(tx: Ctx, row: SignatureRow, stage: StuckState, number: 1 | 2): Promise<number> {
  const letter = await letterToAnswer(tx, row.letter_id, row.language);
  if (stage === "submitted" && mayConfirm(row.submitted_at, endOf(letter), tx.clock.now()) !== "yes")
    return 0;
  let queued = 0;
  for (const { to, link, page = "", subject } of await peopleOf(tx, row, stage)) {
    if (!(await mayAskOnce(tx, row.id))) break;
    await queueMail(tx, {
      purpose: "transactional",
      sendKey: `signature-reminder:${row.id}:${stage}:${subject}:${number}`,
      template: "signature-reminder",
      data: words(row, letter, { to: to.name, stage, number, link: `${linkPlaceholder(link.id)}${page}` }),
      language: row.language,
      to,
      letterId: row.letter_id,
      organisationId: row.organisation_id,
    });
    queued += 1;
  }
  await note(tx, row, "signature.reminded", { stage, number, mails: queued });
  return 1;
}

interface Asked {
  to: { email: string; name: string };
  link: Link;
  /** The page below the link, if not its first. */
  page?: string;
  /** What the mail is about, for its send key. */
  subject: string;
}

/** Who has to do something, and by which link. */
async function peopleOf(tx: Ctx, row: SignatureRow, stage: StuckState): Promise<Asked[]> {
  if (stage === "submitted") {
    const link = await standingConfirmLink(tx, row.id);
    return [{ to: confirmerOf(row), link, subject: link.id }];
  }
  if (stage === "needs_information") {
    const to = { email: row.signatory_email, name: row.signatory_name };
    const link = await ensureLink(tx, "manage", row.id);
    return [{ to, link, page: "/answer", subject: "information" }];
  }
  const waiting = (await listOfficers(tx.db, row.id)).filter(({ state }) => state === "asked");
  return Promise.all(waiting.map((officer) => askedOfficer(tx, officer)));
}

async function askedOfficer(tx: Ctx, officer: OfficerRow): Promise<Asked> {
  const link = await standingAttestLink(tx, officer.id);
  return {
    to: { email: officer.email ?? "", name: officer.name ?? "" },
    link,
    subject: officer.id,
  };
}

function words(
  row: SignatureRow,
  letter: LetterToAnswer,
  given: { to: string; stage: StuckState; number: 1 | 2; link: string },
) {
  return {
    signature: row.id,
    organisation: row.display_name,
    letterTitle: letter.title.replace(/[.\s]+$/u, ""),
    to: given.to,
    stage: given.stage,
    number: given.number,
    last: given.number === 2,
    link: given.link,
  };
}

async function end(tx: Ctx, row: SignatureRow, stage: StuckState): Promise<number> {
  await moveSignature(tx, row, "expired");
  await revokeLinks(tx, "confirm", row.id);
  for (const officer of await listOfficers(tx.db, row.id)) await revokeLinks(tx, "attest", officer.id);
  await createTask(tx, {
    kind: "signer_silent",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { signature: row.id, stage },
  });
  await note(tx, row, "signature.expired", { stage });
  return 1;
}

async function note(
  tx: Ctx,
  row: SignatureRow,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail,
  });
}
