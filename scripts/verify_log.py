#!/usr/bin/env python3
"""A second verifier of a letter's public log, written apart from the first: Python's standard library and nothing else.

    python3 verify_log.py https://letters.example/letters/<slug> [checkpoint file]

It works out the tree from the leaves (RFC 6962), checks the signature of the checkpoint (C2SP signed-note, Ed25519 by
RFC 8032 section 5.1.7), opens every commitment that is shown, and compares with an earlier checkpoint if one is given.
"""
import base64, hashlib, json, sys, urllib.request

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()


def add(a, b):
    (x, y), (u, v) = a, b
    k = D * x * u * y * v
    return (x * v + y * u) * pow(1 + k, P - 2, P) % P, (y * v + x * u) * pow(1 - k, P - 2, P) % P


def times(n, point):
    total = (0, 1)
    while n:
        if n & 1: total = add(total, point)
        point, n = add(point, point), n >> 1
    return total


def point(data):
    n = int.from_bytes(data, "little")
    y, sign = n % 2**255, n >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square: x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square: raise ValueError("not a point of the curve")
    return (P - x if x % 2 != sign else x), y


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key, text, signature):
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    s = int.from_bytes(signature[32:], "little")
    return s < L and times(s, BASE) == add(point(signature[:32]), times(k, point(key)))


def root(hashes):
    if len(hashes) < 2: return hashes[0] if hashes else sha()
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1", root(hashes[:half]), root(hashes[half:]))


def read(note, keys):
    text, lines = note.rstrip("\n").rsplit("\n\n", 1)
    text += "\n"
    good = False
    for line in lines.split("\n"):
        _, name, data = line.split(" ")
        data = base64.b64decode(data)
        for word in keys:
            known, number, material = word.rsplit("+", 2) if word.count("+") == 2 else word.split("+", 2)
            raw = base64.b64decode(material)
            if known != name or data[:4] != sha(name.encode(), b"\n", raw)[:4] or data[:4].hex() != number: continue
            if not signed(raw[1:], text.encode(), data[4:]): sys.exit("WRONG: the signature of a known key")
            good = True
    if not good: sys.exit("WRONG: no known key signed the checkpoint")
    origin, size, head = text.split("\n")[:3]
    return origin, int(size), base64.b64decode(head)


def main(address, kept=None):
    get = lambda path: urllib.request.urlopen(address + path).read().decode()
    keys = [word for word in get("/log/keys").split("\n") if word]
    origin, size, head = read(get("/log/checkpoint"), keys)
    leaves = []
    while len(leaves) < size: leaves += json.loads(get(f"/log/entries?start={len(leaves)}&end={size}"))["entries"]
    hashes = [sha(b"\0", leaf["leaf"].encode()) for leaf in leaves]
    if root(hashes) != head: sys.exit("WRONG: the leaves do not give the root that was signed")
    opened = 0
    for leaf in leaves:
        for field, opening in leaf["openings"].items():
            scheme = f"countersign-log-commitment-1\n{field}\n".encode()
            own = sha(scheme, bytes.fromhex(opening["salt"]), opening["value"].encode()).hex()
            if own != json.loads(leaf["leaf"])["commitments"][field]: sys.exit(f"WRONG: leaf {leaf['position']}, {field}")
            opened += 1
    if kept:
        before, old, old_head = read(open(kept, encoding="utf-8").read(), keys)
        if before != origin or old > size or root(hashes[:old]) != old_head: sys.exit("WRONG: the log was rewritten")
    print(json.dumps({"origin": origin, "size": size, "root": base64.b64encode(head).decode(), "opened": opened}))


if __name__ == "__main__":
    main(*sys.argv[1:])
