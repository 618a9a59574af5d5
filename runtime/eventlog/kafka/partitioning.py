"""Which partition a key belongs to: as Kafka's own clients choose it, so that other tools agree."""

from __future__ import annotations

from struct import unpack_from

_MASK = 0xFFFFFFFF
_SEED = 0x9747B28C
_M = 0x5BD1E995


def partition_for(key: str, partitions: int) -> int:
    """Kafka's default: murmur2 of the key's UTF-8 bytes, without its sign.

    aiokafka has the same function in twice the time, and it is asked for every record that is written.
    """
    return (_murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def _murmur2(data: bytes) -> int:
    length = len(data)
    words = length // 4
    mixed = _SEED ^ length
    for word in unpack_from(f"<{words}I", data):
        once = (word * _M) & _MASK
        mixed = ((mixed * _M) & _MASK) ^ (((once ^ (once >> 24)) * _M) & _MASK)
    rest = data[4 * words :]
    if rest:
        mixed = ((mixed ^ int.from_bytes(rest, "little")) * _M) & _MASK
    mixed = ((mixed ^ (mixed >> 13)) * _M) & _MASK
    return mixed ^ (mixed >> 15)
