import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/platform/config.js";
import { formatDate, loadMessages } from "../../src/platform/i18n.js";

const messages = loadMessages(path.join(packageRoot, "templates"));
const day = new Date("2027-06-14T09:00:00Z");

const counted = (count: number) => messages.t("ru", "public.home.signed", { count });

describe("Russian", () => {
  test("is what a reader who wishes for ru-KZ gets", () => {
    expect(messages.match("ru-KZ")).toBe("ru");
  });

  test("counts one, few and many organisations, and 21 as one does there", () => {
    expect([0, 1, 2, 5, 11, 21].map(counted)).toEqual([
      "Пока никто не подписал",
      "Подписала 1 организация",
      "Подписали 2 организации",
      "Подписали 5 организаций",
      "Подписали 11 организаций",
      "Подписала 21 организация",
    ]);
  });

  test("never sets a full stop after the one that ends a date", () => {
    expect(formatDate("ru", day)).toBe("14 июня 2027 г.");
    for (const key of [
      "public.letter.as_of",
      "answers.side.until",
      "pdf.signed",
      "delivery.when",
      "log.size",
    ])
      expect(messages.t("ru", key, { date: day, size: 3, addressee: "Адресат", by: "Форум" })).not.toMatch(
        /\.\./,
      );
    for (const key of ["mail.signature-confirm.expires", "mail.signature-officer.expires"])
      expect(messages.t("ru", key, { date: formatDate("ru", day) })).not.toMatch(/\.\./);
  });
});
