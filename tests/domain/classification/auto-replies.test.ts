import { describe, expect, it } from "@jest/globals";
import { classify } from "../../../src/domain/classification/classify.js";
import { readReturnDate } from "../../../src/domain/classification/return-date.js";
import { incomingMail } from "../../support/incoming-mail.js";

const auto = { "auto-submitted": "auto-replied" };

/** Subject, text, and the first day back; all sent on 20 April 2026. */
const AWAY: readonly (readonly [string, string, string])[] = [
  ["Automatic reply", "I am out of the office until 3 May and will answer then.", "2026-05-04"],
  ["Automatic reply", "I am on leave from April 20th through May 3rd.", "2026-05-04"],
  ["Out of office", "I will be back in the office on Monday, 4 May 2026.", "2026-05-04"],
  ["Out of office", "I will return on May 4th.", "2026-05-04"],
  ["Out of office", "I'm away 4/20/2026 - 5/3/2026.", "2026-05-04"],
  ["Out of office", "I will be traveling for work on July 10-31.", "2026-08-01"],
  ["Abwesenheitsnotiz", "Ich bin bis 12.10.2026 nicht im Büro.", "2026-10-13"],
  ["Abwesenheitsnotiz", "Ich bin vom 20. April bis zum 3. Mai im Urlaub.", "2026-05-04"],
  ["Abwesenheit", "Ab dem 4. Mai bin ich wieder erreichbar. Ich bin wieder am 4. Mai im Büro", "2026-05-04"],
  ["Réponse automatique", "Je suis absente du bureau jusqu'au 4 mars.", "2027-03-05"],
  ["Réponse automatique", "Je serai de retour le lundi 4 mai 2026.", "2026-05-04"],
  ["Réponse automatique", "Je suis en congés du 20 avril au 3 mai inclus.", "2026-05-04"],
  ["Respuesta automática", "Estaré fuera de la oficina hasta el 3 de junio.", "2026-06-04"],
  ["Respuesta automática", "Estaré de vuelta el lunes 4 de mayo de 2026.", "2026-05-04"],
  ["Respuesta automática", "Estoy de vacaciones del 20 de abril al 3 de mayo.", "2026-05-04"],
  ["Resposta automática", "Estarei de férias até 10/11.", "2026-11-11"],
  ["Resposta automática", "Estarei de volta em 4 de maio.", "2026-05-04"],
  ["Resposta automática", "Estou ausente de 20/04 a 03/05/2026", "2026-05-04"],
  ["Автоматический ответ", "Я в отпуске до 5 июня.", "2026-06-06"],
  ["Автоматический ответ", "Я нахожусь в отпуске с 20 апреля по 3 мая 2026 года.", "2026-05-04"],
  ["Автоматический ответ", "Вернусь 4 мая.", "2026-05-04"],
  ["自动回复", "我正在休假，直到10月5日。", "2026-10-06"],
  ["自动回复", "本人将于2026年5月4日返回办公室。", "2026-05-04"],
  ["自动回复", "您好，我于4月20日至5月3日休假，期间无法及时回复邮件。", "2026-05-04"],
  ["رد تلقائي", "أنا في إجازة حتى ٣ مايو.", "2026-05-04"],
  ["رد تلقائي", "أنا خارج المكتب حتى يوم 3 مايو 2026.", "2026-05-04"],
  ["رد تلقائي", "سأعود إلى المكتب في ٤ مايو ٢٠٢٦", "2026-05-04"],
  ["رد تلقائي", "أنا في إجازة من 20 أبريل إلى 3 أيار", "2026-05-04"],
  ["不在通知", "5月3日まで休暇をいただいております。", "2026-05-04"],
  ["Fuori ufficio", "Sarò assente fino al 3 maggio.", "2026-05-04"],
  ["Afwezig", "Ik ben afwezig tot en met 3 mei.", "2026-05-04"],
];

describe("an out-of-office reply", () => {
  it.each(AWAY)("%s: %s", (subject, text, until) => {
    const answer = classify(incomingMail({ subject, text, headers: auto }));
    expect(answer).toMatchObject({
      class: "auto_reply",
      recipients: [],
      autoReply: { kind: "out_of_office", until },
    });
  });

  it.each(AWAY)("is told from a person's answer without any header: %s %s", (subject, text) => {
    expect(classify(incomingMail({ subject, text })).class).toBe("auto_reply");
  });

  it("names the day of return across the turn of the year and at the end of a month", () => {
    expect(readReturnDate("back on 5 January", "2026-12-20T08:00:00.000Z")?.date).toBe("2027-01-05");
    expect(readReturnDate("until 31 December", "2026-12-20T08:00:00.000Z")?.date).toBe("2027-01-01");
    expect(readReturnDate("until February 28", "2028-02-20T08:00:00.000Z")?.date).toBe("2028-02-29");
  });

  it("names no day where there is none, or none that can be", () => {
    for (const text of [
      "I am away this week.",
      "until 31 February",
      "until 45/45",
      "Call +1 202 555 0172",
      "until 3 May 1998",
    ]) {
      expect([text, readReturnDate(text, "2026-04-20T08:00:00.000Z")]).toEqual([text, undefined]);
    }
  });

  it("is not led astray by the mail that it quotes", () => {
    const text =
      "I am out of the office.\n\nOn Mon, 20 Apr 2026 at 09:00, Forum wrote:\n> Please answer until 3 May.";
    expect(classify(incomingMail({ text, headers: auto })).autoReply).toMatchObject({
      kind: "out_of_office",
      until: undefined,
    });
  });
});

/** What somebody's machine says who has left, and whom it names instead. */
const LEFT: readonly (readonly [string, string | undefined, string])[] = [
  [
    "I no longer work at Orbit. Please contact Jane Doe at jane.doe@orbit.example.",
    "Jane Doe",
    "jane.doe@orbit.example",
  ],
  [
    "Peter Miles has left the company. Please write to Anna Berg (anna.berg@orbit.example) instead.",
    "Anna Berg",
    "anna.berg@orbit.example",
  ],
  [
    "Je ne travaille plus chez Orbit. Merci de contacter Claire Dubois à claire.dubois@orbit.example",
    "Claire Dubois",
    "claire.dubois@orbit.example",
  ],
  [
    "Ich bin nicht mehr bei Orbit tätig. Bitte wenden Sie sich an Frau Eva Braun-Meier, eva@orbit.example.",
    "Eva Braun-Meier",
    "eva@orbit.example",
  ],
  [
    "Ya no trabajo en Orbit. Por favor contacte a María López: maria@orbit.example",
    "María López",
    "maria@orbit.example",
  ],
  [
    "Não trabalho mais na Orbit. Por favor entre em contato com João Silva (joao@orbit.example).",
    "João Silva",
    "joao@orbit.example",
  ],
  [
    "Я больше не работаю в Орбите. Пожалуйста, пишите Ивану Петрову: petrov@orbit.example",
    "Ивану Петрову",
    "petrov@orbit.example",
  ],
  ["本人已离职，请联系王小明 wang@orbit.example。", "王小明", "wang@orbit.example"],
  ["لم أعد أعمل في الشركة. يرجى التواصل مع sara@orbit.example", undefined, "sara@orbit.example"],
];

describe("the reply of somebody who left", () => {
  it.each(LEFT)("%s", (text, name, email) => {
    const answer = classify(incomingMail({ subject: "Auto: Open letter", text, headers: auto }));
    expect(answer.autoReply).toEqual({
      kind: "left_company",
      until: undefined,
      replacement: { name, email },
    });
  });

  it("may name nobody", () => {
    const answer = classify(incomingMail({ text: "Ines Falk is no longer with Orbit.", headers: auto }));
    expect(answer.autoReply).toEqual({ kind: "left_company", until: undefined, replacement: undefined });
  });
});

function say(text: string): unknown {
  const answer = classify(incomingMail({ text, headers: auto }));
  return [answer.class, answer.autoReply?.kind];
}

describe("other machines", () => {
  it("acknowledge, give numbers, and ask for proof", () => {
    expect(say("Thank you for contacting us. We will get back to you shortly.")).toEqual([
      "auto_reply",
      "acknowledgement",
    ]);
    expect(say("Nous avons bien reçu votre message.")).toEqual(["auto_reply", "acknowledgement"]);
    expect(say("Your request has been received. Ticket #482913")).toEqual(["auto_reply", "ticket"]);
    const challenge = incomingMail({
      text: "To deliver your message, please verify that you are human by clicking the link.",
    });
    expect(classify(challenge).class).toBe("challenge_response");
  });

  it("are recognised by headers of RFC 3834 and by habits, while a mail from a person is not", () => {
    const headers: Record<string, string>[] = [
      { "auto-submitted": "auto-generated" },
      { "x-autoreply": "yes" },
      { precedence: "auto_reply" },
      { "x-autorespond": "Re" },
    ];
    for (const each of headers)
      expect(classify(incomingMail({ text: "Hello", headers: each })).class).toBe("auto_reply");
    expect(classify(incomingMail({ text: "Hello", headers: { "auto-submitted": "no" } })).class).toBe(
      "human_reply",
    );
  });
});

describe("a wish for no more mail", () => {
  it.each([
    "Please unsubscribe me.",
    "Please remove me from your mailing list.",
    "Stop emailing me",
    "Merci de me désinscrire de votre liste.",
    "Je ne souhaite plus recevoir vos messages",
    "Por favor, denme de baja.",
    "No deseo recibir más correos",
    "Por favor remova meu e-mail da lista",
    "Não quero mais receber estes e-mails",
    "Пожалуйста, отпишите меня от рассылки",
    "Больше не пишите мне",
    "请退订",
    "请不要再给我发邮件",
    "الرجاء إلغاء الاشتراك",
    "أرجو إزالة بريدي من القائمة",
    "Bitte nehmen Sie mich aus dem Verteiler.",
    "Per favore cancellatemi dalla lista",
  ])("is heard: %s", (text) => {
    expect(classify(incomingMail({ text })).class).toBe("unsubscribe_request");
  });

  it("is heard from the button of a mail program", () => {
    expect(classify(incomingMail({ subject: "unsubscribe" })).class).toBe("unsubscribe_request");
    expect(classify(incomingMail({ text: "STOP" })).class).toBe("unsubscribe_request");
  });

  it("is not read out of our own words, which the reply quotes", () => {
    const text =
      "We will sign.\n\nOn Mon, 20 Apr 2026 at 09:00, Forum wrote:\n> Unsubscribe: https://forum.example/u";
    expect(classify(incomingMail({ text })).class).toBe("human_reply");
  });
});

describe("a person's reply", () => {
  it.each([
    "Thank you, we will sign the letter next week.",
    "Could you stop by our office on Thursday to discuss the text?",
    "We do not want to sign, sorry.",
    "Who else has signed? Please send me the list.",
    "Nous aimerions signer. Qui contacter ?",
    "Мы подпишем письмо в мае.",
    "我们会签署。",
    "سنوقع الرسالة",
    "I am interested, but my colleague is out of town until June. Let us talk.",
  ])("stays one: %s", (text) => {
    expect(classify(incomingMail({ text }))).toMatchObject({
      class: "human_reply",
      recipients: [],
      autoReply: undefined,
    });
  });

  it("leads to the mail it answers", () => {
    const answer = classify(
      incomingMail({
        text: "Yes",
        inReplyTo: ["<b@forum.example>"],
        references: ["<a@forum.example>", "<b@forum.example>"],
        headers: { to: "Forum <letter+v123@forum.example>", "delivered-to": "letter+v123@forum.example" },
      }),
    );
    expect(answer.originalMessageIds).toEqual(["<b@forum.example>", "<a@forum.example>"]);
    expect(answer.returnPathCandidates).toEqual(["letter+v123@forum.example"]);
  });
});
