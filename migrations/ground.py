"""What models cannot say: extensions and the triggers that keep immutable rows immutable. Applied by 0001."""

EXTENSIONS = "CREATE EXTENSION IF NOT EXISTS pg_trgm"

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

REFUSE_PUBLISHED_CHANGE = """
CREATE FUNCTION refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NOT NULL THEN
    RAISE EXCEPTION 'a published version of % is never changed', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$
"""

RENEW_EDITION = """
CREATE FUNCTION renew_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE edition SET mark = gen_random_uuid() WHERE subject = TG_ARGV[0];
  RETURN NULL;
END $$
"""
EDITIONS = {"calendar": ("calendar_day", "calendar_year"), "wordings": ("message_template",)}
"""Subjects of `redemption.kernel.editions` and the tables they are read from."""

NARROW_SEARCH = "ALTER TABLE item_search SET (toast_tuple_target = 160)"
"""Searches walk over many rows and look at few columns: texts and their pairs lie beside the table, not in it."""

APPEND_ONLY = ("audit_entry", "audit_anchor", "attempt", "application_event", "duty_event", "item_paper")
PUBLISHED = ("policy_version", "item_version")


def statements() -> list[str]:
    """Everything to run after the tables exist."""
    made = [REFUSE_CHANGE, REFUSE_PUBLISHED_CHANGE, NARROW_SEARCH]
    for table in APPEND_ONLY:
        made.append(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        made.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table in PUBLISHED:
        made.append(
            f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_published_change()"
        )
    made.append(RENEW_EDITION)
    for subject, tables in EDITIONS.items():
        made.append(f"INSERT INTO edition (subject) VALUES ('{subject}')")  # noqa: S608 - a constant above
        made += [
            f"CREATE TRIGGER {table}_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION renew_edition('{subject}')"
            for table in tables
        ]
    return made
