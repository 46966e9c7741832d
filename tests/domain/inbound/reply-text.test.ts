import { describe, expect, jest, test } from "@jest/globals";
import { replySubject, threadOf } from "../../../src/domain/inbound/answer.js";
import { replyText } from "../../../src/domain/inbound/reply-text.js";

const QUOTE = "> Dear Ada,\n> we ask you to sign.\n";

/** How many lines the cutting looks at, a line being trimmed each time. */
function looks(rounds: number): number {
  const trim = jest.spyOn(String.prototype, "trim");
  replyText("On 1 May Ben wrote:\n> x\nfoo\n".repeat(rounds));
  const { length } = trim.mock.calls;
  trim.mockRestore();
  return length;
}

describe("what is new in a reply", () => {
  const leadIns: [string, string][] = [
    ["English", "On Mon, 1 Mar 2027 at 10:00, Forum <letters@forum.example> wrote:"],
    [
      "English over two lines",
      "On Mon, 1 Mar 2027 at 10:00, Low Orbit Stewardship Forum\n<letters@forum.example> wrote:",
    ],
    ["French", "Le lun. 1 mars 2027 à 10:00, Forum <letters@forum.example> a écrit :"],
    ["Spanish", "El lun, 1 mar 2027 a las 10:00, Forum (<letters@forum.example>) escribió:"],
    ["Portuguese", "Em seg., 1 de mar. de 2027 às 10:00, Forum <letters@forum.example> escreveu:"],
    ["German", "Am Mo., 1. März 2027 um 10:00 Uhr schrieb Forum <letters@forum.example>:"],
    ["Russian", "пн, 1 мар. 2027 г. в 10:00, Forum <letters@forum.example>:"],
    ["Russian, in words", "1 марта 2027 г., 10:00, Forum пишет:"],
    ["Chinese", "Forum <letters@forum.example> 于2027年3月1日周一 10:00写道："],
    ["Arabic", "في الاثنين، 1 مارس 2027 في 10:00 كتب Forum <letters@forum.example>:"],
  ];
  test.each(leadIns)("ends where the quote is led in: %s", (_language, line) => {
    expect(replyText(`We will look at it.\n\n${line}\n\n${QUOTE}`)).toEqual({
      fresh: "We will look at it.",
      cut: true,
    });
  });

  const heads: [string, string][] = [
    [
      "Outlook",
      "From: Forum <letters@forum.example>\nSent: Monday, 1 March 2027 10:00\nTo: Ada\nSubject: Keep",
    ],
    ["Outlook in German", "Von: Forum\nGesendet: Montag, 1. März 2027 10:00\nAn: Ada\nBetreff: Keep"],
    ["Outlook in French", "De : Forum\nEnvoyé : lundi 1 mars 2027 10:00\nÀ : Ada\nObjet : Keep"],
    ["Outlook in Chinese", "发件人: Forum\n发送时间: 2027年3月1日 10:00\n收件人: Ada\n主题: Keep"],
    [
      "a rule above the head",
      "________________________________\nFrom: Forum\nDate: Monday\nTo: Ada\nSubject: Keep",
    ],
    ["the original message", "-----Original Message-----\nFrom: Forum"],
    ["the original message in Russian", "-------- Исходное сообщение --------\nОт: Forum"],
  ];
  test.each(heads)("ends at the head of what is quoted: %s", (_name, head) => {
    expect(replyText(`No, thank you.\n\n${head}\n\nDear Ada, please sign.`).fresh).toBe("No, thank you.");
  });

  test("keeps answers that stand between the quoted lines", () => {
    const text = `On Mon, 1 Mar 2027, Forum wrote:\n> Will you sign?\nYes.\n> When?\nIn May.\n`;
    expect(replyText(text).fresh).toBe("Yes.\nIn May.");
  });

  test("leaves out signatures and what phones write", () => {
    expect(replyText("Gladly.\n\n-- \nAda Park\nVesta Orbital").fresh).toBe("Gladly.");
    expect(replyText("Gladly.\n\nSent from my phone").fresh).toBe("Gladly.");
  });

  test("keeps the whole text where all of it looks quoted, and text that only speaks of writing", () => {
    expect(replyText(QUOTE)).toEqual({ fresh: QUOTE.trim(), cut: false });
    const plain = "On Monday I wrote to the board.\nFrom: here on, ask Ben.\nHe said:\nwe sign.";
    expect(replyText(plain)).toEqual({ fresh: plain, cut: false });
  });

  test("looks at each line a few times, however many of them lead in a quote", () => {
    const [few, many] = [looks(100), looks(1000)];
    expect(few).toBeGreaterThan(300);
    expect(many / few).toBeLessThan(11);
  });

  test("takes a moment only, whatever the text is made of", () => {
    const nasty = [
      "On 1 ".repeat(100_000),
      `${"On 1 Mar 2027 ".repeat(28)}:\n`.repeat(5000),
      ">".repeat(200_000),
      "<a@b> 2027:\n".repeat(20_000),
      "From: a\nSent: b\n".repeat(20_000),
    ];
    for (const text of nasty) expect(replyText(text).fresh.length).toBeLessThanOrEqual(text.length);
  });
});

describe("an answer", () => {
  test("has one Re: and stands in its thread", () => {
    for (const subject of ["Hello", "Re: Hello", "RE: AW: Hello", "Rép : Re[2]: Hello", "答复：Hello"]) {
      expect(replySubject(subject)).toBe("Re: Hello");
    }
    expect(replySubject("Reorganisation")).toBe("Re: Reorganisation");
    expect(replySubject("")).toBe("Re: your mail");
    const headers = [{ name: "references", value: "<a@x> <b@x>" }];
    expect(threadOf({ internet_id: "<c@x>", headers })).toEqual({
      inReplyTo: "<c@x>",
      references: ["<a@x>", "<b@x>", "<c@x>"],
    });
    const long = [
      { name: "references", value: Array.from({ length: 90 }, (_each, n) => `<${n}@x>`).join(" ") },
    ];
    const { references } = threadOf({ internet_id: "<c@x>", headers: long });
    expect([references.length, references[0], references.at(-1)]).toEqual([30, "<0@x>", "<c@x>"]);
    expect(threadOf({ internet_id: null, headers })).toEqual({ inReplyTo: null, references: [] });
  });
});
