"""Whether what one schema wrote can be read with another, by the rules of Avro's schema resolution."""

from __future__ import annotations


def faults(one: str, other: str) -> list[str]:
    """Why a reader of one of the two could not read what the other wrote; both ways."""
    return unreadable(one, other) + unreadable(other, one)


def unreadable(reader: str, writer: str) -> list[str]:
    """Why the reader's schema cannot read what the writer's schema wrote; empty when it can."""
    from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
    from avro.errors import AvroException
    from avro.schema import parse

    try:
        both = parse(reader), parse(writer)
    except AvroException as error:
        return [f"not an Avro schema ({type(error).__name__})"]
    verdict = ReaderWriterCompatibilityChecker().get_compatibility(*both)  # type: ignore[no-untyped-call]
    if verdict.compatibility == SchemaCompatibilityType.compatible:
        return []
    kinds = sorted({kind.value.replace("_", " ") for kind in verdict.incompatibilities})
    return [f"{', '.join(kinds)} ({', '.join(sorted(verdict.messages))})"]
