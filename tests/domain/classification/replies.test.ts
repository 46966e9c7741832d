import { describe, expect, it } from "@jest/globals";
import { CLASSES, REASONS } from "../../../src/domain/classification/classification.js";
import { classifyReply } from "../../../src/domain/classification/classify-reply.js";
import { classOfReason, isDead, isOurs } from "../../../src/domain/classification/reason-class.js";
import { replyCodeIn, statusIn } from "../../../src/domain/classification/status-codes.js";

/** What mail servers answer to RCPT, and what they mean. */
const REPLIES: Readonly<Record<string, readonly string[]>> = {
  userunknown: [
    "550 <ines@orbit.example> not found",
    "550 There is no one at this address",
    "550 recipient not OK",
    "550 5.1.1 <ines@orbit.example>: Recipient address rejected: User unknown in virtual mailbox table",
    "550 No such user here",
    "550 Unknown recipient ines@orbit.example",
    "550 Invalid recipient ines@orbit.example",
    "550 <ines@orbit.example> No such user here",
    "550 ines@orbit.example: mailbox not found",
    "550 mailbox for ines@orbit.example does not exist",
    "553 sorry, no mailbox here by that name. (#5.7.1)",
    "550 Requested action not taken: mailbox unavailable",
    "550 5.1.1 Mailbox does not exist",
    "550 User ines@orbit.example does not exist",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ines@orbit.example not found by SMTP address lookup",
    "550 no mailbox by that name is currently available",
    "550 not a known user",
    "550 <ines@orbit.example> is not a valid mailbox",
    "550 This address does not exist",
    "550 account not found",
    "550 That email account does not exist here",
    "554 qmail-dk: this address no longer accepts mail",
    "550 5.1.1 unknown or illegal alias: ines@orbit.example",
    "550 Mail box of x unknown to me",
    "550 ines@orbit.example... Invalid user",
    "550 We don't handle mail for that address: user not known",
    "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking",
    "551 5.1.1 sorry, no such mailbox here",
    "550 Recipient not found: <ines@orbit.example>",
    "550 unknown user account",
    '554 Recipient address rejected: undeliverable address: unknown user: "x"',
    "550 #5.1.0 Address rejected ines@orbit.example",
    "511 sorry, no mailbox here by that name (#5.1.1 - chkuser)",
    "550 RCPT TO:<ines@orbit.example> User not local",
    "550 Account unavailable",
    "550 Addressee unknown",
    "550 5.1.1 user unknown: destinataire inconnu",
    "550 Usuario no existe",
    "550 нет такого пользователя",
    "550 用户不存在",
  ],
  mailboxfull: [
    "552 the user's space has been used up",
    "552 5.2.2 ines@orbit.example mailbox is full",
    "452 4.2.2 The email account that you tried to reach is over quota",
    "552 Requested mail action aborted: exceeded storage allocation",
    "550 user has exceeded quota",
    "550 5.2.2 user quota exceeded",
    "452 4.2.2 Over quota",
    "554 delivery error: dd Sorry, your message to ines@orbit.example cannot be delivered. This account is over quota",
    "552 5.7.0 Mailbox quota exceeded",
    "552 4.2.2 x: user is over the quota",
    "550 Mailbox size limit exceeded",
    "422 Recipient's mailbox is over quota",
    "552 sorry, the mailbox for x is currently full",
  ],
  suspend: [
    "550 5.2.1 The email account that you tried to reach is disabled",
    "550 account is locked",
    "550 This account is inactive",
    "554 user account is suspended",
    "550 Mailbox is disabled",
    "550 5.7.1 user account disabled",
    "525 5.7.13 Disabled recipient address",
    "550 mailbox is blocked due to inactivity",
  ],
  mesgtoobig: [
    "552 5.3.4 Message size exceeds fixed maximum message size",
    "552 Message too large",
    "554 5.3.4 Error: message file too big",
    "550 message size exceeds maximum allowed size",
    "552 size limit exceeded",
  ],
  authfailure: [
    "550 5.7.1 SPF check failed",
    "550-5.7.26 This mail is unauthenticated, which poses a security risk",
    "550 SPF: 192.0.2.1 is not allowed to send mail from orbit.example",
    "554 5.7.5 Permanent error evaluating DMARC policy",
    "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
    "550 Sender is not allowed by its SPF record",
    "550 5.7.1 Unauthenticated email is not accepted from this domain",
    "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
  ],
  requireptr: [
    "550 5.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]",
    "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]",
    "554 No PTR record for 192.0.2.1",
    "550 Reverse DNS lookup failed",
    "421 your host does not have a reverse DNS entry",
    "550 IP Address 192.0.2.1 must resolve: no rDNS",
    "554 5.7.1 The server sending your mail [192.0.2.1] does not have a reverse DNS entry. Connection Rejected",
  ],
  blocked: [
    "550 Please use the SMTP server of your ISP",
    "550 Too many spams from your IP",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
    "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked by Spamhaus",
    "554 your IP is listed in our blacklist",
    "550 Access denied: IP 192.0.2.1 is blacklisted",
    "550 SC-002 (SNT004) Unfortunately, messages from 192.0.2.1 weren't sent",
    "554 Blocked - see http://www.spamcop.net/bl.shtml?192.0.2.1",
    "550 5.7.1 Mail from 192.0.2.1 refused, see RBL server",
    "554 5.7.1 Access to this mail system from 192.0.2.1 has been rejected",
    "421 4.7.1 Connections from your host are rejected",
    "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
    "554 5.7.1 Sorry, your dynamic IP address is not allowed",
  ],
  badreputation: [
    "554 5.7.1 poor reputation of a domain used in message transfer",
    "421 4.7.0 Our system has detected that this message is suspicious due to the very low reputation of the sending IP address",
    "550 Your email was rejected due to having a bad reputation",
    "554-Your access to this mail system has been rejected due to the sending MTA's poor reputation",
  ],
  spamdetected: [
    "550 5.7.1 Message rejected as spam by Content Filtering.",
    "554 5.7.1 Spam message rejected",
    "550 This message scored 12 spam points",
    "550 message content rejected, UBE",
    "554 Message is considered spam",
    "550-5.7.1 Our system has detected that this message is likely unsolicited mail.",
    "550 High probability of spam",
  ],
  rejected: [
    "550 you are not allowed to post to this mailing list",
    "550 your e-mail address is blacklisted",
    "550 5.1.0 Sender denied",
    "553 sorry, your envelope sender domain must exist (#5.7.1)",
    "550 Sender verify failed",
    "450 4.1.8 <a@b.example>: Sender address rejected: Domain not found",
    "550 5.1.7 The sender's address was syntactically invalid",
    "553 5.1.8 Domain of sender address a@b.example does not exist",
    "550 Verification failed for <a@b.example>",
    "554 5.7.1 <a@b.example>: Sender address rejected: Access denied",
    "550 We don't accept mail from your domain",
  ],
  norelaying: [
    "550 5.7.1 Unable to relay for ines@orbit.example",
    "554 5.7.1 <ines@orbit.example>: Relay access denied",
    "550 relay not permitted",
    "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    "550 not local host orbit.example, not a gateway",
    "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
  ],
  toomanyconn: [
    "421 4.7.0 Too many concurrent SMTP connections",
    "452 4.5.3 Error: too many recipients",
    "421 Too many connections from your IP",
  ],
  speeding: [
    "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
    "421 4.7.28 Our system has detected an unusual rate limit exceeded",
    "451 Rate limit exceeded, try later",
  ],
  hostunknown: [
    "Host or domain name not found. Name service error for name=orbit.example type=A: Host not found",
    "550 5.1.2 orbit.example: host unknown",
    "550 Unknown host orbit.example",
    "550 domain does not exist",
    "550 5.4.310 DNS domain orbit.example does not exist",
  ],
  notaccept: [
    "556 5.1.10 orbit.example does not accept mail (nullMX)",
    "521 5.3.2 this host does not accept mail",
  ],
  hasmoved: ["551 5.1.6 user has moved; please try other@orbit.example"],
  greylisted: [
    "450 4.2.0 <ines@orbit.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/",
    "451 4.7.1 Greylisting in action, please come back later",
    "451 Temporarily greylisted, please try again",
  ],
  virusdetected: [
    "554 5.7.1 Virus found in message",
    "550 The message was rejected because it contains prohibited virus or spam content",
  ],
  policyviolation: [
    "550 5.7.1 Message rejected due to local policy",
    "554 5.7.1 Your message was rejected for policy reasons",
    "552 5.7.0 This message was blocked because its content presents a potential security issue",
  ],
  systemerror: [
    "mail for orbit.example loops back to myself",
    "451 4.3.0 Temporary lookup failure",
    "451 Requested action aborted: local error in processing",
    "451 4.3.5 Server configuration problem",
    "421 4.3.2 Service not available",
  ],
  systemfull: ["452 4.3.1 Insufficient system storage"],
  expired: ["Operation timed out", "4.4.7 Delivery time expired"],
  networkerror: ["5.4.6 too many hops"],
  failedstarttls: ["530 5.7.0 Must issue a STARTTLS command first"],
  securityerror: ["535 5.7.8 Error: authentication failed", "530 5.7.1 Authentication required"],
  notcompliantrfc: [
    "550 5.7.1 Messages missing a valid messageId header are not accepted",
    "550 Message is not RFC 5322 compliant",
  ],
  syntaxerror: ["502 5.5.2 Command not recognized"],
  contenterror: ["554 5.6.1 Message body type not supported by remote host"],
  suppressed: [
    "Amazon SES has suppressed sending to this address because it is on the suppression list for your account",
  ],
  filtered: ["550 5.2.1 This mailbox is not accepting any mail"],
};

describe("a reply of a mail server", () => {
  it.each(Object.entries(REPLIES))("that means %s is understood in all its wordings", (reason, lines) => {
    const other = lines
      .map((line) => ({ line, got: classifyReply(line) }))
      .filter(({ got }) => got.reason !== reason)
      .map(({ line, got }) => `${line} → ${got.reason} (${got.evidence.saw})`);
    expect(other).toEqual([]);
  });

  it("kills no address by what is our own fault", () => {
    const ours = [
      "authfailure",
      "requireptr",
      "blocked",
      "badreputation",
      "spamdetected",
      "rejected",
      "norelaying",
    ];
    for (const line of ours.flatMap((reason) => REPLIES[reason] ?? [])) {
      expect([line, classifyReply(line)]).toMatchObject([
        line,
        { class: "sender_fault", hard: false, ours: true },
      ]);
    }
  });

  it("kills no address for now: 4xx is never final", () => {
    const reply = classifyReply("450 4.1.1 <ines@orbit.example>: Recipient address rejected: User unknown");
    expect(reply).toMatchObject({
      reason: "userunknown",
      class: "temporary",
      hard: false,
      replyCode: "450",
      status: "4.1.1",
    });
    expect(classifyReply("550 5.1.1 User unknown")).toMatchObject({ class: "address_dead", hard: true });
  });

  it("means us, not the contact, before the contact was named", () => {
    expect(classifyReply("550 5.1.8 Domain not found", "mail").reason).toBe("rejected");
    expect(classifyReply("550 User unknown", "mail")).toMatchObject({ reason: "rejected", hard: false });
    expect(classifyReply("554 No", "connect")).toMatchObject({ reason: "blocked", hard: false });
    expect(classifyReply("535 5.7.8 Bad username or password", "auth").class).toBe("sender_fault");
  });

  it("is not trusted to know the user when it comes after the whole mail without a status", () => {
    expect(classifyReply("550 Unknown user ines@orbit.example", "data")).toMatchObject({
      reason: "filtered",
      hard: false,
    });
    expect(classifyReply("550 5.1.1 Unknown user ines@orbit.example", "data")).toMatchObject({ hard: true });
  });

  it("that comes after the whole mail can't mean a domain that the server already took", () => {
    expect(classifyReply("553 orbit.example: domain does not exist", "data")).toMatchObject({
      reason: "rejected",
      hard: false,
    });
    expect(classifyReply("550 5.1.2 orbit.example: domain does not exist")).toMatchObject({
      reason: "hostunknown",
      hard: true,
    });
  });

  it("is read for its codes without taking addresses of machines for them", () => {
    expect(statusIn("550 5.7.26 unauthenticated")).toBe("5.7.26");
    expect(statusIn("host 192.5.1.1 said: no")).toBe("");
    expect(replyCodeIn("550-5.7.1 no")).toBe("550");
    expect(replyCodeIn("host mx[192.0.2.550] said: 552 5.2.2 full")).toBe("552");
  });
});

describe("the table of reasons", () => {
  it("knows a class for every reason, and lays no dead address on us", () => {
    for (const reason of REASONS) {
      expect(CLASSES).toContain(classOfReason(reason));
      expect(isDead(reason) && isOurs(reason)).toBe(false);
      expect(isDead(reason)).toBe(classOfReason(reason) === "address_dead");
    }
  });
});
