// Checks one leaf of the public log in the browser: the signature of the checkpoint, the way from the leaf to its root
// (RFC 6962 §2.1.1), and that the names shown are those that the leaf was made of. Nothing is sent anywhere.
const verdict = document.getElementById("verdict");
const { base, leaf, good, bad, unable, unsigned } = verdict.dataset;
const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const utf8 = (text) => new TextEncoder().encode(text);
const join = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const get = async (path) => {
  const answer = await fetch(base + path);
  if (!answer.ok) throw new Error(path);
  return answer;
};

/** Folds a proof from the leaf's hash up to the root. */
async function rootOf(hash, index, size, proof) {
  const sides = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + 2 ** Math.floor(Math.log2(to - from - 1));
    sides.unshift(index < middle);
    if (index < middle) to = middle;
    else from = middle;
  }
  if (sides.length !== proof.length) return "";
  for (const [step, isLeft] of sides.entries()) {
    const other = bytes(proof[step]);
    hash = isLeft ? await sha256([1], hash, other) : await sha256([1], other, hash);
  }
  return btoa(String.fromCharCode(...hash));
}

/** Whether one of the listed keys signed the checkpoint; undefined where the browser has no Ed25519. */
async function isSigned(note, keys) {
  const end = note.lastIndexOf("\n\n");
  const lines = note
    .slice(end + 2)
    .split("\n")
    .filter(Boolean);
  for (const word of keys.split("\n").filter(Boolean)) {
    const [, name, id, material] = /^(\S+)\+([0-9a-f]{8})\+(\S+)$/.exec(word);
    for (const line of lines) {
      const [, by, signature] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
      const data = bytes(signature);
      if (by !== name || hex(data.slice(0, 4)) !== id) continue;
      let key;
      try {
        key = await crypto.subtle.importKey("raw", bytes(material).slice(1), "Ed25519", false, ["verify"]);
      } catch {
        return undefined;
      }
      if (await crypto.subtle.verify("Ed25519", key, data.slice(4), utf8(note.slice(0, end + 1))))
        return true;
    }
  }
  return false;
}

async function check() {
  const note = await (await get("/checkpoint")).text();
  const [, size, root] = note.split("\n");
  const position = Number(leaf);
  const { entries } = await (await get(`/entries?start=${position}&end=${position + 1}`)).json();
  const { proof } = await (await get(`/proof?leaf=${position}&size=${size}`)).json();
  const [entry] = entries;
  const hash = await sha256([0], utf8(entry.leaf));
  if ((await rootOf(hash, position, Number(size), proof)) !== root) return bad;
  const { commitments } = JSON.parse(entry.leaf);
  for (const [field, { value, salt }] of Object.entries(entry.openings)) {
    const own = await sha256(utf8(`countersign-log-commitment-1\n${field}\n`), unhex(salt), utf8(value));
    if (hex(own) !== commitments[field]) return bad;
  }
  const signed = await isSigned(note, await (await get("/keys")).text());
  return signed === undefined ? unsigned : signed ? good : bad;
}

if (globalThis.crypto?.subtle) {
  check().then(
    (words) => (verdict.textContent = words),
    () => (verdict.textContent = unable),
  );
} else {
  verdict.textContent = unable;
}
