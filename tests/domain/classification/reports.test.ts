import { describe, expect, it } from "@jest/globals";
import { classify } from "../../../src/domain/classification/classify.js";
import { recipientFields } from "../../../src/domain/classification/delivery-fields.js";
import { incomingMail } from "../../support/incoming-mail.js";

const machine = { name: "Mail Delivery System", address: "MAILER-DAEMON@mx.example" };
const returned = "Message-ID: <m1@forum.example>\nTo: ines@orbit.example\nSubject: Open letter\n\nDear Ines";

function dsn(
  fields: string,
  text = "I'm sorry to have to inform you that your message could not be delivered.",
): ReturnType<typeof classify> {
  return classify(
    incomingMail({
      from: machine,
      subject: "Undelivered Mail Returned to Sender",
      text,
      headers: { to: "bounce+k7@forum.example", "auto-submitted": "auto-replied" },
      parts: [
        {
          type: "message/delivery-status",
          filename: undefined,
          text: `Reporting-MTA: dns; mx.example\n\n${fields}\n`,
        },
        { type: "message/rfc822", filename: undefined, text: returned },
      ],
    }),
  );
}

/** A notification as SNS mails it. */
function notify(body: object): ReturnType<typeof classify> {
  return classify(
    incomingMail({
      from: { name: "AWS", address: "no-reply@sns.amazonaws.com" },
      subject: "AWS Notification Message",
      text: `${JSON.stringify(body)}\n\n--\nTo stop these, visit the page.`,
    }),
  );
}

describe("a delivery report", () => {
  it("tells who is gone, and which mail of ours it is about", () => {
    const answer = dsn(
      "Final-Recipient: rfc822; <Ines@Orbit.example>\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n <ines@orbit.example>: User unknown",
    );
    expect(answer).toMatchObject({
      class: "address_dead",
      recipients: [
        {
          address: "ines@orbit.example",
          status: "5.1.1",
          replyCode: "550",
          reason: "userunknown",
          hard: true,
        },
      ],
      originalMessageIds: ["<m1@forum.example>"],
      returnPathCandidates: ["bounce+k7@forum.example"],
    });
    expect(answer.evidence.length).toBeGreaterThan(0);
  });

  it("keeps the address that we wrote to when it was forwarded", () => {
    const answer = dsn(
      "Original-Recipient: rfc822;ines@orbit.example\nFinal-Recipient: rfc822;ines@home.example\nAction: failed\nStatus: 5.2.2",
    );
    expect(answer.recipients).toMatchObject([
      { address: "ines@home.example", originalAddress: "ines@orbit.example", class: "mailbox_full" },
    ]);
  });

  it("judges each recipient for itself, and the mail by the gravest", () => {
    const answer = dsn(
      "Final-Recipient: rfc822; a@orbit.example\nAction: failed\nStatus: 5.2.2\n\nFinal-Recipient: rfc822; b@orbit.example\nAction: failed\nStatus: 5.1.1",
    );
    expect(answer.class).toBe("address_dead");
    expect(answer.recipients.map((each) => [each.address, each.class])).toEqual([
      ["a@orbit.example", "mailbox_full"],
      ["b@orbit.example", "address_dead"],
    ]);
  });

  it("of a delay, a delivery or a relay kills nobody", () => {
    const classes = ["delayed", "delivered", "relayed"].map(
      (action) =>
        dsn(
          `Final-Recipient: rfc822; ines@orbit.example\nAction: ${action}\nStatus: ${action === "delayed" ? "4.4.1" : "2.0.0"}`,
        ).class,
    );
    expect(classes).toEqual(["delayed", "delivered", "relayed"]);
  });

  it("believes the words of the server before its status", () => {
    const answer = dsn(
      "Final-Recipient: rfc822; ines@orbit.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 rejected: SPF check failed",
    );
    expect(answer.recipients).toMatchObject([{ reason: "authfailure", class: "sender_fault", hard: false }]);
  });

  it("of PowerMTA is believed where its category says more than the sentence", () => {
    const answer = dsn(
      "Final-Recipient: rfc822; ines@orbit.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp;550 unknown user\nX-PowerMTA-BounceCategory: bad-mailbox",
    );
    expect(answer.recipients).toMatchObject([{ reason: "userunknown", hard: true }]);
  });

  it("is read by its words when it has no fields", () => {
    const text =
      "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<ines@orbit.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" +
      returned;
    const answer = classify(incomingMail({ from: machine, subject: "failure notice", text }));
    expect(answer).toMatchObject({
      class: "address_dead",
      recipients: [{ address: "ines@orbit.example", status: "5.1.1", hard: true }],
      originalMessageIds: ["<m1@forum.example>"],
    });
  });

  it("in the JSON of a sending service is understood too", () => {
    const bounce = {
      notificationType: "Bounce",
      bounce: {
        bounceType: "Permanent",
        bouncedRecipients: [
          {
            emailAddress: "ines@orbit.example",
            action: "failed",
            status: "5.1.1",
            diagnosticCode: "smtp; 550 5.1.1 user unknown",
          },
        ],
      },
    };
    expect(notify(bounce)).toMatchObject({
      class: "address_dead",
      recipients: [{ address: "ines@orbit.example" }],
    });
    const complaint = {
      notificationType: "Complaint",
      complaint: { complainedRecipients: [{ emailAddress: "ines@orbit.example" }] },
    };
    expect(notify(complaint)).toMatchObject({
      class: "complaint",
      recipients: [{ address: "ines@orbit.example" }],
    });
    const delivery = {
      notificationType: "Delivery",
      delivery: { recipients: ["ines@orbit.example"], smtpResponse: "250 2.6.0 ok" },
    };
    expect(notify(delivery).class).toBe("delivered");
  });

  it("splits recipients also where blank lines are missing or too many", () => {
    const fields =
      "Final-Recipient: rfc822;a@orbit.example\nAction: failed\nFinal-Recipient: rfc822;b@orbit.example\nAction: delayed\n\n\n\nStatus: 5.0.0";
    expect(recipientFields(fields).map(({ finalRecipient, action }) => [finalRecipient, action])).toEqual([
      ["a@orbit.example", "failed"],
      ["b@orbit.example", "delayed"],
    ]);
  });
});

function arf(fields: string): ReturnType<typeof classify> {
  return classify(
    incomingMail({
      from: { name: "", address: "fbl@provider.example" },
      subject: "complaint",
      parts: [
        { type: "message/feedback-report", filename: undefined, text: fields },
        { type: "message/rfc822", filename: undefined, text: returned },
      ],
    }),
  );
}

describe("an abuse report", () => {
  it("names who complained, by its fields or by the mail that it gives back", () => {
    expect(arf("Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: <Ines@orbit.example>")).toMatchObject({
      class: "complaint",
      recipients: [{ address: "ines@orbit.example", reason: "feedback", hard: false }],
    });
    expect(arf("Feedback-Type: opt-out\nVersion: 1")).toMatchObject({
      class: "complaint",
      recipients: [{ address: "ines@orbit.example" }],
      originalMessageIds: ["<m1@forum.example>"],
    });
  });

  it("of our failed authentication blames us, and one that says 'not spam' nobody", () => {
    expect(arf("Feedback-Type: auth-failure\nVersion: 1")).toMatchObject({
      class: "sender_fault",
      recipients: [{ ours: true }],
    });
    expect(arf("Feedback-Type: not-spam\nVersion: 1").class).not.toBe("complaint");
  });
});
