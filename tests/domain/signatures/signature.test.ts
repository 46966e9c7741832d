import { describe, expect, it } from "@jest/globals";
import { array, assert, constantFrom, property } from "fast-check";
import {
  isUnvouched,
  ENDED,
  SIGNATURE_STATES,
  TRANSITIONS,
  causeAfterAcceptance,
  mayConfirm,
  nextStep,
  staffMoves,
  staffStep,
  stateTone,
  type Cause,
  type SignatureState,
} from "../../../src/domain/signatures/signature.js";

const CAUSES = [...new Set(TRANSITIONS.map(({ cause }) => cause))];

const CONFIRMS: ReadonlySet<Cause> = new Set<Cause>(["address_confirmed", "second_entry"]);
const ACCEPTED: ReadonlySet<SignatureState> = new Set<SignatureState>([
  "accepted",
  "published",
  "held",
  "standing",
  "triggered",
  "needs_reaffirmation",
  "withdrawn",
  "lapsed",
  "retracted",
]);
const UNDOES: ReadonlySet<Cause> = new Set<Cause>(["restored", "reopened", "unmerged"]);

/** Runs causes one after the other; what the table refuses changes nothing. Returns every state that was entered. */
function run(causes: readonly Cause[]): { state: SignatureState; taken: Cause[]; states: SignatureState[] } {
  let state: SignatureState = "submitted";
  const taken: Cause[] = [];
  const states: SignatureState[] = [state];
  for (const cause of causes) {
    const step = nextStep(state, cause);
    if (!step) continue;
    expect(step.from).toBe(state);
    state = step.to;
    taken.push(cause);
    states.push(state);
  }
  return { state, taken, states };
}

describe("the table of what may happen to a signature", () => {
  it("holds in 10,000 random histories: nothing is public unconfirmed or unreviewed, and what is over stays over", () => {
    assert(
      property(array(constantFrom(...CAUSES), { minLength: 1, maxLength: 40 }), (causes) => {
        const { taken, states } = run(causes);
        states.forEach((state, at) => {
          const before = taken.slice(0, at);
          if (ACCEPTED.has(state)) {
            const confirmed = before.findIndex((cause) => CONFIRMS.has(cause));
            const attested = before.indexOf("attested");
            const accepted = before.indexOf("accepted");
            expect(confirmed).toBeGreaterThanOrEqual(0);
            expect(attested).toBeGreaterThan(confirmed);
            expect(accepted).toBeGreaterThan(attested);
          }
          if (state === "withdrawn") expect(before).toContain("accepted");
          if (ENDED.has(state) && at < taken.length) expect(UNDOES.has(taken[at] ?? "accepted")).toBe(true);
        });
      }),
      { numRuns: 10_000 },
    );
  });

  it("knows one outcome for each cause in each state", () => {
    const pairs = TRANSITIONS.map(({ from, cause }) => `${from} ${cause}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  it("reaches every state from the first, and leaves every state that is not an end", () => {
    const reached = new Set<SignatureState>(["submitted"]);
    for (let grew = true; grew;) {
      const more = TRANSITIONS.filter(({ from, to }) => reached.has(from) && !reached.has(to));
      more.forEach(({ to }) => reached.add(to));
      grew = more.length > 0;
    }
    expect([...reached].sort()).toEqual([...SIGNATURE_STATES].sort());
    for (const state of SIGNATURE_STATES) {
      const onwards = TRANSITIONS.filter(({ from, cause }) => from === state && !UNDOES.has(cause));
      expect(onwards.length > 0).toBe(!ENDED.has(state));
    }
  });

  it("lets staff decide and withdraw on request, but not confirm or publish for a company", () => {
    expect(staffStep("in_review", "accepted")?.cause).toBe("accepted");
    expect(staffStep("in_review", "rejected")?.cause).toBe("rejected");
    expect(staffStep("published", "invalidated")?.cause).toBe("invalidated");
    expect(staffStep("submitted", "email_confirmed")).toBeUndefined();
    expect(staffStep("published", "withdrawn")?.cause).toBe("withdrawn_on_request");
    expect(staffStep("in_review", "withdrawn")).toBeUndefined();
    expect(staffStep("in_review", "published")).toBeUndefined();
  });

  it("offers staff what may still become of an entry that was decided", () => {
    expect(staffMoves("published")).toEqual(["disputed", "withdrawn", "invalidated"]);
    expect(staffMoves("standing")).toEqual(["disputed", "rescinded", "invalidated"]);
    expect(staffMoves("withdrawn")).toEqual([]);
    expect(staffMoves("in_review")).toEqual(["rescinded"]);
  });

  it("says what follows acceptance", () => {
    const named = { kind: "signature", visibility: "public" } as const;
    expect(causeAfterAcceptance(named, "open")).toBe("published");
    expect(causeAfterAcceptance(named, "gathering")).toBe("held");
    expect(causeAfterAcceptance(named, "closed")).toBe("published");
    expect(causeAfterAcceptance({ kind: "signature", visibility: "confidential" }, "open")).toBeUndefined();
    expect(causeAfterAcceptance({ kind: "pledge", visibility: "public" }, "open")).toBe("pledge_stands");
  });

  it("has a tone for each state", () => {
    for (const state of SIGNATURE_STATES)
      expect(["ok", "wait", "info", "bad", "off"]).toContain(stateTone(state));
  });
});

describe("confirming around the end of a letter", () => {
  const closed = new Date("2027-09-30T12:00:00Z");
  const before = new Date("2027-09-30T11:00:00Z");

  it("counts for 24 hours after the end what was submitted before it", () => {
    expect(mayConfirm(before, closed, new Date("2027-10-01T11:59:59Z"))).toBe("yes");
    expect(mayConfirm(before, closed, new Date("2027-10-01T12:00:00Z"))).toBe("letter_closed");
  });

  it("never counts what was submitted after it", () => {
    expect(mayConfirm(new Date("2027-09-30T12:00:01Z"), closed, new Date("2027-09-30T13:00:00Z"))).toBe(
      "letter_closed",
    );
  });

  it("asks nothing while the letter is open", () => {
    expect(mayConfirm(before, null, new Date("2030-01-01T00:00:00Z"))).toBe("yes");
    expect(mayConfirm(before, closed, before)).toBe("yes");
  });
});

describe("who vouches for an entry", () => {
  it("is nobody while it came by the public page and staff have not accepted it", () => {
    expect(isUnvouched({ state: "in_review", invitationId: null })).toBe(true);
    expect(isUnvouched({ state: "awaiting_authority", invitationId: null })).toBe(true);
    expect(isUnvouched({ state: "in_review", invitationId: "i" })).toBe(false);
    expect(isUnvouched({ state: "published", invitationId: null })).toBe(false);
    expect(isUnvouched({ state: "submitted", invitationId: null })).toBe(false);
  });
});
