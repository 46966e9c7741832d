import { describe, expect, test } from "@jest/globals";
import { healthOf, isOwnMachine, mailboxFault } from "../../../src/domain/mail/mailbox.js";
import { replyClass } from "../../../src/domain/mail/reply-class.js";

describe("a refusal counts against the one whose fault it is", () => {
  const table: [string, string | null, string][] = [
    ["recipient_refused", "550 5.1.1 <ada@vesta.example>: user unknown", "address_dead"],
    ["recipient_refused", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "address_dead"],
    ["recipient_refused", "550 No such user here", "address_dead"],
    ["recipient_refused", "450 5.1.1 user unknown, for now", "other"],
    ["recipient_refused", "552 5.2.2 mailbox full", "other"],
    ["recipient_refused", "550 no", "other"],
    ["message_refused", "552 5.3.4 message too big", "content"],
    ["message_refused", "550 5.7.1 Message rejected due to SPF policy", "sender_fault"],
    [
      "recipient_refused",
      "554 5.7.1 Service unavailable; client host blocked using a blocklist",
      "sender_fault",
    ],
    ["message_refused", "550 5.7.26 unauthenticated, DMARC policy", "sender_fault"],
    ["recipient_refused", "554 5.7.1 relay access denied", "sender_fault"],
    ["later", "421 4.7.0 our system detected a poor reputation of your IP", "sender_fault"],
    ["later", "450 4.7.1 cannot find your reverse hostname", "sender_fault"],
    ["later", "451 4.7.1 greylisted", "other"],
    ["later", "451 4.7.1 please try again later", "other"],
    ["later", "421 4.7.0 too many connections", "other"],
    ["later", "421 later", "other"],
    ["no_answer", null, "other"],
  ];
  test.each(table)("%s, %s: %s", (reason, reply, expected) =>
    expect(replyClass({ reason, reply })).toBe(expected),
  );
});

describe("a mailbox is stopped by what keeps it from sending at all", () => {
  test.each(["login_refused", "encryption_failed", "sender_refused"])("%s", (reason) => {
    expect(mailboxFault({ kind: "deferred", reason })).toBe(reason);
  });
  test.each(["unreachable", "timeout", "later", "sender_faults", "no_answer"])("not by %s", (reason) => {
    expect(mailboxFault({ kind: "deferred", reason })).toBeUndefined();
  });
  test("nor by what a mail ended with that may have gone out", () => {
    expect(mailboxFault({ kind: "uncertain", reason: "login_refused" })).toBeUndefined();
  });
});

describe("the standing of a mailbox", () => {
  const table: [number, number, string][] = [
    [0, 0, "good"],
    [50, 1, "good"],
    [10, 1, "good"],
    [50, 2, "warning"],
    [10, 2, "warning"],
    [50, 3, "bad"],
    [3, 3, "bad"],
    [100, 3, "warning"],
    [200, 3, "good"],
  ];
  test.each(table)("of %i mails, %i refused: %s", (mails, faults, expected) =>
    expect(healthOf({ mails, faults })).toBe(expected),
  );
});

test("a password may go in clear within this machine only", () => {
  const hosts = ["localhost", "127.0.0.1", "127.1.2.3", "::1"];
  expect(hosts.filter(isOwnMachine)).toEqual(hosts);
  const others = ["127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", ""];
  expect(others.filter(isOwnMachine)).toEqual([]);
});
