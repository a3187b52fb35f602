"""Statements on everything that is kept about one person, by the names under which it is kept."""

from typing import Any

from sqlalchemy import text
from sqlmodel import Session

Row = dict[str, Any]


def rows(session: Session, statement: str, **values: object) -> list[Row]:
    """What a statement finds, as plain values."""
    return [dict(row) for row in session.connection().execute(text(statement), values).mappings()]


def change(session: Session, statement: str, **values: object) -> None:
    """Carry out a statement."""
    session.connection().execute(text(statement), values)


KNOWN = "SELECT 1 FROM personal_key WHERE person = ANY (CAST(:people AS text[])) LIMIT 1"
THEIR_ACCOUNTS = """
    SELECT id, email, councillor_id FROM account
    WHERE id = ANY (CAST(:accounts AS integer[])) OR email = ANY (CAST(:emails AS text[]))
       OR councillor_id = ANY (CAST(:councillors AS integer[]))
"""
THEIR_COUNCILLORS = """
    SELECT id, lower(btrim(email)) AS email FROM councillor
    WHERE id = ANY (CAST(:councillors AS integer[])) OR lower(btrim(email)) = ANY (CAST(:emails AS text[]))
"""
READABLE = """
    SELECT count(*) AS found FROM personal_value AS value JOIN personal_key AS known ON known.id = value.person_id
    WHERE known.person = ANY (CAST(:people AS text[]))
"""
CHAINS = """
    SELECT value.chain FROM personal_value AS value JOIN personal_key AS known ON known.id = value.person_id
    WHERE known.person = ANY (CAST(:people AS text[]))
    UNION SELECT authority_code FROM account WHERE id = ANY (CAST(:accounts AS integer[]))
    UNION SELECT authority_code FROM councillor WHERE id = ANY (CAST(:councillors AS integer[])) ORDER BY 1
"""
ACCOUNTS = """
    SELECT id, authority_code, role, name, email, councillor_id, oidc_issuer, oidc_subject, is_active, created_at,
           signed_in_at, erased_at
    FROM account WHERE id = ANY (CAST(:accounts AS integer[])) ORDER BY id
"""
COUNCILLORS = """
    SELECT id, authority_code, name, party, email, phone, recorded_at FROM councillor
    WHERE id = ANY (CAST(:councillors AS integer[])) ORDER BY id
"""
TERMS = """
    SELECT term.councillor_id, division.gss_code AS division, division.name AS division_name, term.seat, term.starts_on,
           term.ends_on
    FROM term_of_office AS term JOIN division ON division.id = term.division_id
    WHERE term.councillor_id = ANY (CAST(:councillors AS integer[])) ORDER BY term.starts_on
"""
SESSIONS = """
    SELECT account_id, method, browser, created_at, seen_at, expires_at, ended_at FROM sign_in_session
    WHERE account_id = ANY (CAST(:accounts AS integer[])) ORDER BY id
"""
KEYS = """
    SELECT name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at FROM api_key
    WHERE account_id = ANY (CAST(:accounts AS integer[])) ORDER BY id
"""
VIEWS = """
    SELECT name, query, created_at FROM saved_view WHERE account_id = ANY (CAST(:accounts AS integer[])) ORDER BY id
"""
MAIL = """
    SELECT kind, state, created_at, settled_at FROM mail_message
    WHERE lower(to_address) = ANY (CAST(:emails AS text[])) ORDER BY id
"""
CONTACTS = """
    SELECT place.reference, place.authority_code, private.contact_name, private.contact_role, private.contact_phone,
           private.contact_email, private.consent_by, private.notes
    FROM place_private AS private JOIN place ON place.id = private.place_id
    WHERE contact_of(place.reference, private.contact_email, private.contact_name) = ANY (CAST(:people AS text[]))
    ORDER BY place.reference
"""
_PARTS = """
    place_change AS change JOIN place ON place.id = change.place_id
    CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(change.facts) WHEN 'object' THEN change.facts ELSE '{}' END) AS part
"""
"""Changes that wait, by their parts: the facts before (base) and after (submitted)."""
WAITING = f"""
    SELECT change.id, place.reference, change.proposed_at, change.facts, array_agg(part.key) AS theirs
    FROM {_PARTS}
    WHERE part.key IN ('base', 'submitted')
      AND contact_of(place.reference, part.value ->> 'contact_email', part.value ->> 'contact_name')
          = ANY (CAST(:people AS text[]))
    GROUP BY change.id, place.reference ORDER BY change.id
"""
ENTRIES = """
    SELECT chain, sequence, CAST(content AS jsonb) AS content FROM ledger_entry
    WHERE subject = ANY (CAST(:subjects AS text[])) ORDER BY chain, sequence
"""
ACTS = "SELECT count(*) AS entries FROM ledger_entry WHERE actor = ANY (CAST(:subjects AS text[]))"
SEALED = """
    SELECT value.id, value.chain, entry.sequence, entry.recorded_at, entry.subject, entry.field, entry.side,
           open_personal(value.id) AS value
    FROM personal_value AS value JOIN personal_key AS known ON known.id = value.person_id
    LEFT JOIN (
        SELECT entry.chain, entry.sequence, entry.recorded_at, entry.subject, change.key AS field,
               CASE item.number WHEN 1 THEN 'before' ELSE 'after' END AS side, item.value ->> 'personal' AS sealed
        FROM ledger_entry AS entry
        CROSS JOIN LATERAL jsonb_each(CAST(entry.content AS jsonb) -> 'changes') AS change
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE jsonb_typeof(change.value) WHEN 'array' THEN change.value ELSE '[]' END
        ) WITH ORDINALITY AS item(value, number)
        WHERE entry.content LIKE '%"personal"%' AND jsonb_typeof(item.value) = 'object'
    ) AS entry ON entry.sealed = CAST(value.id AS text) AND entry.chain = value.chain
    WHERE known.person = ANY (CAST(:people AS text[])) ORDER BY value.chain, entry.sequence, entry.field
"""
CONTACT_OF = """
    SELECT contact_of(place.reference, private.contact_email, private.contact_name) AS person
    FROM place_private AS private JOIN place ON place.id = private.place_id WHERE place.reference = :reference
"""
CONTACT_CALLED = "SELECT contact_of(CAST(:reference AS text), NULL, CAST(:name AS text)) AS person"
BEFORE_AN_ADDRESS = f"""
    SELECT contact_of(place.reference, NULL, private.contact_name) AS person
    FROM place_private AS private JOIN place ON place.id = private.place_id
    WHERE lower(btrim(private.contact_email)) = ANY (CAST(:emails AS text[])) AND btrim(private.contact_name) <> ''
    UNION
    SELECT contact_of(place.reference, NULL, part.value ->> 'contact_name') FROM {_PARTS}
    WHERE lower(btrim(part.value ->> 'contact_email')) = ANY (CAST(:emails AS text[]))
      AND btrim(part.value ->> 'contact_name') <> ''
"""
"""What contacts of these addresses were called at their places, whose address came later or has yet to be approved."""
AUTHOR = """
    SELECT coalesce(current_setting('safeplaces.actor', true), '') AS actor,
           coalesce(current_setting('safeplaces.via', true), '') AS via
"""
APPEND = "SELECT append_to_ledger(:chain, 'person', :subject, :operation, '{}')"
LOCK = "SELECT lock_ledger()"
DELETIONS = (
    "DELETE FROM sign_in_session WHERE account_id = :account",
    "DELETE FROM sign_in_link WHERE account_id = :account",
    "DELETE FROM recovery_code WHERE account_id = :account",
    "DELETE FROM known_browser WHERE account_id = :account",
    "DELETE FROM saved_view WHERE account_id = :account",
    "DELETE FROM account_secret WHERE account_id = :account",
    "UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE account_id = :account",
)
ERASE_ACCOUNT = """
    UPDATE account SET name = 'Erased', email = NULL, oidc_issuer = NULL, oidc_subject = NULL, is_active = false,
                       councillor_id = NULL, erased_at = coalesce(erased_at, now())
    WHERE id = :account
"""
ERASE_COUNCILLOR = "UPDATE councillor SET email = NULL, phone = NULL WHERE id = :councillor"
BLANK_CONTACTS = """
    WITH blanked AS (
        UPDATE place_private AS private
        SET contact_name = NULL, contact_role = NULL, contact_phone = NULL, contact_email = NULL, consent_by = NULL
        FROM place WHERE place.id = private.place_id
          AND contact_of(place.reference, private.contact_email, private.contact_name) = ANY (CAST(:people AS text[]))
        RETURNING private.place_id)
    UPDATE place SET updated_at = clock_timestamp() FROM blanked WHERE place.id = blanked.place_id
"""
"""The place gets another version, so that nobody who had it open writes the contact back."""
BLANK_WAITING = "UPDATE place_change SET facts = CAST(:facts AS jsonb) WHERE id = :id"
DELETE_MAIL = "DELETE FROM mail_message WHERE lower(to_address) = ANY (CAST(:emails AS text[]))"
BLANK_ANSWERS = """
    WITH told AS MATERIALIZED (
        SELECT actor, key, CAST(convert_from(body, 'UTF8') AS jsonb) AS place FROM idempotent_answer
        WHERE headers ->> 'content-type' LIKE 'application/json%')
    UPDATE idempotent_answer AS kept
    SET body = convert_to(CAST(told.place || '{"contact_name": null, "contact_role": null, "contact_phone": null,
        "contact_email": null, "consent_by": null}' AS text), 'UTF8')
    FROM told WHERE kept.actor = told.actor AND kept.key = told.key AND told.place ? 'contact_name'
      AND contact_of(told.place ->> 'reference', told.place ->> 'contact_email', told.place ->> 'contact_name')
          = ANY (CAST(:people AS text[]))
"""
"""Answers kept for retries are places as they were, contact and all. They stay, so that a retry does nothing twice."""
DELETE_ANSWERS = """
    DELETE FROM idempotent_answer WHERE EXISTS (
        SELECT FROM unnest(CAST(:emails AS text[])) AS email
        WHERE position(email IN lower(convert_from(body, 'UTF8'))) > 0)
"""
"""Those in which an address still stands, in whatever fact."""
DELETE_KEYS = "DELETE FROM personal_key WHERE person = ANY (CAST(:people AS text[]))"
