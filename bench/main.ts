import { dueMessage } from "./due-message.js";
import { enrolMany } from "./enrol.js";
import { importRows } from "./import-rows.js";
import { sendMails } from "./send.js";
import { notModified, publicList, publicListCompressed, publicListLarge } from "./public-list.js";
import { viewsWhileSigning } from "./views-while-signing.js";
import { publicSearch } from "./public-search.js";
import { pledgeEvaluation } from "./pledges.js";
import { classifyMails } from "./classify.js";
import { signBurst, signLetters } from "./sign.js";
import type { Figure } from "./figure.js";

/** Every figure, in the order it is shown. */
const FIGURES: readonly (() => Promise<Figure>)[] = [
  publicList,
  publicListCompressed,
  notModified,
  publicListLarge,
  publicSearch,
  viewsWhileSigning,
  importRows,
  enrolMany,
  sendMails,
  dueMessage,
  classifyMails,
  pledgeEvaluation,
  signLetters,
  signBurst,
];

const wanted = process.argv.slice(2);
console.log("what | ours | bare | ratio | against\n--- | --- | --- | --- | ---");
for (const measure of FIGURES) {
  if (wanted.length > 0 && !wanted.some((word) => measure.name.toLowerCase().includes(word.toLowerCase())))
    continue;
  const figure = await measure();
  const [ours, bare] = [figure.ours, figure.bare].map(
    (value) => `${Math.round(value).toLocaleString("en")} ${figure.unit}/s`,
  );
  console.log(
    `${figure.what} | ${ours} | ${bare} | ${(figure.ours / figure.bare).toFixed(2)} | ${figure.against}`,
  );
}
