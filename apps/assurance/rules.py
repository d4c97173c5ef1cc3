"""
The Merkle-sum tree over the platform's liabilities.

Each leaf is one account of a customer. Each node has a hash and a sum, and the hash covers both sums below it. So no
balance can be left out or made negative without breaking a customer's path. The construction follows G. Maxwell's proof
of liabilities (described by Z. Wilcox, "Proving Your Bitcoin Reserves", 2014), with a nonce in each leaf, as in
Provisions (Dagher et al., ACM CCS 2015), so that a neighbour in the tree sees an amount but not its owner.

    leaf  SHA-256( 00 | nonce | account LF currency LF amount in decimal )
    node  SHA-256( 01 | left hash | left sum | right hash | right sum )      sums: 16 bytes, big-endian

A node without a partner moves up one level unchanged. `scripts/verify_inclusion.py` checks a path without this code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NONCE_BYTES = 16
HASH_BYTES = 32
SUM_BYTES = 16
NODE_BYTES = HASH_BYTES + SUM_BYTES


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """:ivar total: minor units, never negative."""

    hash: bytes
    total: int

    def packed(self) -> bytes:
        return self.hash + self.total.to_bytes(SUM_BYTES, "big")


@dataclass(frozen=True, slots=True)
class Step:
    """The neighbour on one level of a path, and the side of it that the path is on."""

    is_left: bool
    node: Node


def leaf(*, account: str, currency: str, amount_minor: int, nonce: bytes) -> Node:
    """:raises ValueError: for a negative amount, or a nonce of the wrong length."""
    if amount_minor < 0 or len(nonce) != NONCE_BYTES:
        raise ValueError("a leaf is an amount that is owed, and a nonce")
    encoded = f"{account}\n{currency}\n{amount_minor}".encode()
    return Node(hashlib.sha256(b"\x00" + nonce + encoded).digest(), amount_minor)


def parent(left: Node, right: Node) -> Node:
    return Node(hashlib.sha256(b"\x01" + left.packed() + right.packed()).digest(), left.total + right.total)


def levels(leaves: Sequence[Node]) -> list[list[Node]]:
    """
    Return the levels of the tree, from the leaves to the root, the only node of the last level.

    :raises ValueError: if there are no leaves.
    """
    if not leaves:
        raise ValueError("a tree has a leaf")
    built = [list(leaves)]
    while len(built[-1]) > 1:
        below = built[-1]
        above = [parent(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        built.append(above + below[len(above) * 2 :])
    return built


def partner(position: int, width: int) -> int | None:
    """Return the position of the node it is combined with on a level of this width; None if it has no partner."""
    neighbour = position ^ 1
    return neighbour if neighbour < width else None


def climb(start: Node, steps: Iterable[Step]) -> Node:
    """Return the root that a path leads to."""
    node = start
    for step in steps:
        node = parent(step.node, node) if step.is_left else parent(node, step.node)
    return node


def pack(nodes: Iterable[Node]) -> bytes:
    """Return one level as bytes, `NODE_BYTES` per node."""
    return b"".join(node.packed() for node in nodes)


def unpack(data: bytes) -> Node:
    """Return one node of a packed level."""
    return Node(data[:HASH_BYTES], int.from_bytes(data[HASH_BYTES:NODE_BYTES], "big"))
