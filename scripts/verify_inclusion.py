#!/usr/bin/env python3
"""
Check on your own machine that your balances are in a published proof of liabilities.

    python3 verify_inclusion.py proof.json
    python3 verify_inclusion.py proof.json --report report.json

proof.json is yours (Money > Proof of your balances > Download). report.json is the public report of the same night; let
someone else fetch it, or use another connection: everyone must see the same roots. Needs only the standard library.
"""

import argparse
import hashlib
import json
import sys


def sha256(data):
    return hashlib.sha256(data).digest()


def packed(node):
    digest, total = node
    return digest + total.to_bytes(16, "big")


def join(left, right):
    return sha256(b"\x01" + packed(left) + packed(right)), left[1] + right[1]


def check(proof):
    """Return the root that the proof leads to. :raises ValueError: with a sentence, if the proof is not valid."""
    amount = proof["amount_minor"]
    encoded = f"{proof['account']}\n{proof['currency']}\n{amount}".encode()
    nonce = bytes.fromhex(proof["nonce"])
    if not isinstance(amount, int) or amount <= 0 or len(nonce) != 16:
        raise ValueError("the leaf is not a balance")
    node = (sha256(b"\x00" + nonce + encoded), amount)
    for step in proof["path"]:
        total = step["sum"]
        if not isinstance(total, int) or total < 0:
            raise ValueError("a sum on the path is negative: somebody's balance was hidden behind it")
        neighbour = (bytes.fromhex(step["hash"]), total)
        node = join(neighbour, node) if step["side"] == "left" else join(node, neighbour)
    if (node[0].hex(), node[1]) != (proof["root"]["hash"], proof["root"]["sum"]):
        raise ValueError("the path does not lead to the published root")
    return node[0].hex(), node[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proof")
    parser.add_argument("--report", help="the public report of the same night")
    options = parser.parse_args()
    with open(options.proof, encoding="utf-8") as file:
        mine = json.load(file)
    public = None
    if options.report:
        with open(options.report, encoding="utf-8") as file:
            public = json.load(file)
    if mine.get("format") != "tradewind-merkle-sum-1":
        sys.exit("FAILED: this is no proof of liabilities")
    if public is not None and public["night"] != mine["night"]:
        sys.exit(f"FAILED: the report is of {public['night']}, the proof of {mine['night']}")
    for proof in mine["proofs"]:
        label = f"{proof['account']} {proof['currency']} {proof['amount_minor']}"
        try:
            root, total = check(proof)
            if public is not None:
                same_currency = [item for item in public["currencies"] if item["currency"] == proof["currency"]]
                if not same_currency or (same_currency[0]["root"], same_currency[0]["owed_minor"]) != (root, total):
                    raise ValueError("the public report names another root")
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            sys.exit(f"FAILED: {label}: {error}")
        print(f"included: {label}  (of {total} owed in {proof['currency']})")
    print(f"OK: {len(mine['proofs'])} balances of {mine['night']} are in the published totals")


if __name__ == "__main__":
    main()
