"""Every limit of telemetry, with its unit and reason."""

PAYLOAD_BYTES_MAX = 1024 * 1024
"""Bytes of one message; a concentrator's thousand meters fill 13 KB, so this is far above any honest one."""
EVENTS_MAX = 50_000
"""Events of one message; 650 KB of binary."""
SENDER_CHARACTERS_MAX = 64
"""Characters of a sender's name; the limit of every identifier."""
SEQUENCE_MAX = 2**63 - 1
"""Highest number of a message: what rows can hold."""
TIME_MS_MAX = 2**43
"""Milliseconds since 1970; the year 2248. Times before 1970 or after it are no times of an event."""
SHOWN_CHARACTERS_MAX = 64
"""Characters of a wrong value that a fault quotes."""

FAULTS_A_MESSAGE_MAX = 20
"""Faults listed of one message; the rest are like them."""

COMMIT_EVENTS_MAX = 250_000
"""Events that are taken from the broker before they are written and acknowledged together: 6 MB of journal."""
COMMIT_BYTES_MAX = 32 * 1024 * 1024
"""Bytes of payloads held in memory before they are written; above it nothing is read from the broker."""
IN_FLIGHT_MAX = 2_000
"""Messages that the broker may send before the first is acknowledged; MQTT 5 calls it receive maximum."""
LAG_ENTRIES_MAX = 20_000
"""Entries of the journal that sensing may lag behind before nothing more is read from the broker (the broker keeps it).
An entry is one write: a second of a live stream, or COMMIT_EVENTS_MAX events of one that is catching up."""

SEGMENT_BYTES_MAX = 64 * 1024 * 1024
"""Bytes of one file of the journal; it is also what is read at start to know the senders' numbers again."""
ASIDE_FILES_MAX = 1_000
"""Malformed messages that are kept to be looked at; the oldest goes when one more comes."""
ASIDE_BYTES_MAX = 64 * 1024
"""Bytes kept of one malformed message."""

HOLES_MAX = 1_000
"""Ranges of missing numbers that are remembered of one sender, and named in a confirmation (16 KB); the oldest is given
up as never coming."""
JUMP_MAX = 1_000_000
"""Numbers that a sender may skip; a wider jump is a new beginning, not that many lost messages."""
GAP_GRACE_MS = 10_000
"""Milliseconds that a hole may stay before it is reported: messages that overtook each other are no gap."""

CONFIRM_SECONDS = 2.0
"""How often at most a sender is told what is on disk; a sender keeps at most this long what is confirmed already."""
