import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import {
  MESSAGE_STATES,
  TRANSITIONS,
  backOff,
  mayBecome,
  messageTone,
  statesBefore,
} from "../../../src/domain/mail/message.js";
import { packageRoot } from "../../../src/platform/config.js";

describe("the states of a message", () => {
  test("a sent, failed, cancelled, suppressed or expired message stays what it is", () => {
    for (const state of ["sent", "failed", "cancelled", "suppressed", "expired"] as const) {
      expect(TRANSITIONS[state]).toEqual([]);
    }
  });

  test("nothing reaches the queue from sending but a refusal or a person, and sending only comes from a claim", () => {
    expect(statesBefore("sending")).toEqual(["claimed"]);
    expect(statesBefore("uncertain")).toEqual(["sending"]);
    expect(mayBecome("uncertain", "claimed")).toBe(false);
    expect(mayBecome("sending", "claimed")).toBe(false);
    expect(mayBecome("draft", "queued")).toBe(false);
  });

  test("every state has a shape to be shown with", () => {
    expect(MESSAGE_STATES.map(messageTone)).not.toContain(undefined);
  });

  test("each failed attempt waits longer than the one before, up to four hours", () => {
    const waits = [1, 2, 3, 4, 5, 6, 50].map((attempts) => backOff(attempts) / 60_000);
    expect(waits).toEqual([1, 5, 15, 60, 240, 240, 240]);
  });
});
test("docs/sending.md has the table of states as it is", () => {
  const page = readFileSync(path.join(packageRoot, "docs", "sending.md"), "utf8");
  const table = new Map(
    [...page.matchAll(/^\| ([a-z]+) +\| ([^|]+)\|$/gm)].map(([, from = "", to = ""]) => [from, to.trim()]),
  );
  for (const state of MESSAGE_STATES) {
    expect([state, table.get(state)]).toEqual([state, TRANSITIONS[state].join(", ") || "–"]);
  }
});
