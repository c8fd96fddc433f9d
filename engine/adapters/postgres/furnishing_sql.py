"""The SQL that reads from the catalogs what a table has besides its rows; pure text.

In each query $1 is the published table and $2 the staged one, both as oids. The names in what comes
back are quoted by PostgreSQL itself, and written out with their schemas under an empty search_path.
"""

KEY_INDEX = "_atlas_key"
"""How the name of the index ends that incremental loads make anew themselves."""

_TABLES = f"""
old AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name, n.nspname AS schema
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1),
new AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $2),
had AS (SELECT * FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped),
has AS (SELECT * FROM pg_attribute WHERE attrelid = $2 AND attnum > 0 AND NOT attisdropped),
kept AS (SELECT * FROM had WHERE attname IN (SELECT attname FROM has)),
lost AS (SELECT * FROM had WHERE attname NOT IN (SELECT attname FROM has)),
-- what PostgreSQL itself would drop along with a column
fitting AS (SELECT c.* FROM pg_constraint c WHERE c.conrelid = $1
            AND NOT EXISTS (SELECT FROM lost WHERE lost.attnum = ANY (c.conkey))),
indexed AS (SELECT i.*, c.relname, pg_get_indexdef(i.indexrelid) AS written,
              format('CREATE %sINDEX %I ON %s', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END,
                     c.relname, (SELECT name FROM old)) AS head
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = $1 AND i.indisvalid
            AND c.relname <> (SELECT relname FROM old) || '{KEY_INDEX}'
            AND NOT EXISTS (SELECT FROM pg_constraint con WHERE con.conindid = i.indexrelid
                            AND con.conrelid = $1 AND con.contype IN ('p', 'u', 'x'))
            AND NOT EXISTS (SELECT FROM pg_depend d JOIN lost ON lost.attnum = d.refobjsubid
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                            AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1))
"""

_INTERIM = "(SELECT relname FROM new) || '_' || {}"
"""An index has its name for itself in the schema, so the next one bears another until the swap."""

STRUCTURE = f"""
WITH {_TABLES}
SELECT 10 AS rank, '' AS part, format('ALTER TABLE %s OWNER TO %I', new.name,
                                      pg_get_userbyid(old.relowner)) AS statement
FROM old, new WHERE old.relowner <> new.relowner
UNION ALL
SELECT 20, conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s', new.name, conname,
                           pg_get_constraintdef(fitting.oid))
FROM fitting, new WHERE contype = 'n'
UNION ALL
SELECT 21, attname, format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', new.name, attname)
FROM kept, new WHERE attnotnull
  AND NOT EXISTS (SELECT FROM fitting WHERE contype = 'n' AND conkey = ARRAY[attnum])
UNION ALL
SELECT 30, conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s', new.name, conname,
                           pg_get_constraintdef(fitting.oid))
FROM fitting, new WHERE contype = 'c'
UNION ALL
SELECT 31, attname, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', new.name, attname,
                           pg_get_expr(d.adbin, d.adrelid))
FROM kept JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum, new
UNION ALL
SELECT 40, conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s', new.name,
                           {_INTERIM.format("fitting.oid")}, pg_get_constraintdef(fitting.oid))
FROM fitting, new WHERE contype IN ('p', 'u', 'x')
UNION ALL
SELECT 50, indexed.relname, format('CREATE %sINDEX %I ON %s%s',
    CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, {_INTERIM.format("indexrelid")}, new.name,
    substr(written, length(head) + 1))
FROM indexed, new
ORDER BY rank, part
"""
"""Owner, constraints, defaults and indexes, as statements that give them to the staged table."""

SETTINGS = f"""
WITH {_TABLES}, acl AS (
  SELECT old.name, old.relowner, new.name AS target,
    coalesce(old.relacl, acldefault('r', old.relowner)) AS granted,
    coalesce(new.relacl, acldefault('r', old.relowner)) AS given
  FROM old, new WHERE old.relacl IS NOT NULL OR new.relacl IS NOT NULL
)
SELECT 60 AS rank, attname AS part, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s',
                                   new.name, attname, attstattarget) AS statement
FROM kept, new WHERE attstattarget >= 0
UNION ALL
SELECT 61, kept.attname, format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s', new.name,
    kept.attname, CASE kept.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                       WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END)
FROM kept JOIN has USING (attname), new
WHERE kept.attstorage <> has.attstorage AND kept.atttypid = has.atttypid
UNION ALL
SELECT 62, attname, format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION %s', new.name, attname,
                           CASE attcompression WHEN 'p' THEN 'pglz' ELSE 'lz4' END)
FROM kept, new WHERE attcompression <> ''
UNION ALL
SELECT 63, attname, format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', new.name, attname,
    (SELECT string_agg(format('%I = %L', option_name, option_value), ', ')
     FROM pg_options_to_table(attoptions)))
FROM kept, new WHERE attoptions IS NOT NULL
UNION ALL
SELECT 64, option_name, format('ALTER TABLE %s SET (%I = %L)', new.name, option_name, option_value)
FROM old, new, pg_options_to_table(old.reloptions)
UNION ALL
SELECT 65, option_name, format('ALTER TABLE %s SET (toast.%I = %L)', new.name, option_name,
                               option_value)
FROM old JOIN pg_class t ON t.oid = old.reltoastrelid, new, pg_options_to_table(t.reloptions)
UNION ALL
SELECT 70, '', format('COMMENT ON TABLE %s IS %L', new.name, d.description)
FROM new, pg_description d
WHERE d.objoid = $1 AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
UNION ALL
SELECT 71, attname, format('COMMENT ON COLUMN %s.%I IS %L', new.name, attname, d.description)
FROM kept JOIN pg_description d ON d.objoid = $1 AND d.objsubid = attnum
  AND d.classoid = 'pg_class'::regclass, new
UNION ALL
SELECT 80, polname, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, new.name,
    CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
    CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END,
                       ', ' ORDER BY role) FROM unnest(polroles) role),
    ' USING (' || pg_get_expr(polqual, polrelid) || ')',
    ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')
FROM pg_policy, new WHERE polrelid = $1
UNION ALL
SELECT 81, '', format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', new.name)
FROM old, new WHERE old.relrowsecurity
UNION ALL
SELECT 82, '', format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', new.name)
FROM old, new WHERE old.relforcerowsecurity
UNION ALL
SELECT 83, '', format('ALTER TABLE %s REPLICA IDENTITY %s', new.name,
                      CASE old.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
FROM old, new WHERE old.relreplident IN ('f', 'n')
UNION ALL
SELECT DISTINCT 90, role, format('REVOKE ALL ON %s FROM %s', target, role)
FROM acl, LATERAL (SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE
                          quote_ident(pg_get_userbyid(grantee)) END AS role
                   FROM (SELECT grantee FROM aclexplode(given) UNION SELECT relowner) held) named
UNION ALL
SELECT 91, privilege_type || grantee, format('GRANT %s ON %s TO %s%s', privilege_type, target,
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
    CASE WHEN is_grantable AND grantee <> relowner THEN ' WITH GRANT OPTION' ELSE '' END)
FROM acl, aclexplode(granted)
UNION ALL
SELECT 92, attname || privilege_type || grantee, format('GRANT %s (%I) ON %s TO %s%s',
    privilege_type, attname, new.name,
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
    CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM kept, new, aclexplode(attacl)
ORDER BY rank, part
"""
"""Options, comments, row security and grants, as statements for the staged table."""

NAMES = f"""
WITH {_TABLES}
SELECT 10 AS rank, conname AS part, format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', old.name,
       {_INTERIM.format("fitting.oid")}, conname) AS statement
FROM fitting, old WHERE contype IN ('p', 'u', 'x')
UNION ALL
SELECT 11, indexed.relname, format('ALTER INDEX %I.%I RENAME TO %I', old.schema,
                                   {_INTERIM.format("indexrelid")}, indexed.relname)
FROM indexed, old
UNION ALL
SELECT 12, conname, format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, old.name, description)
FROM fitting JOIN pg_description d ON d.objoid = fitting.oid
  AND d.classoid = 'pg_constraint'::regclass, old
UNION ALL
SELECT 13, indexed.relname, format('COMMENT ON INDEX %I.%I IS %L', old.schema, indexed.relname,
                                   description)
FROM indexed JOIN pg_description d ON d.objoid = indexrelid AND d.classoid = 'pg_class'::regclass,
  old
UNION ALL
SELECT 14, c.relname, format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', old.name, c.relname)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid, old
WHERE i.indrelid = $1 AND i.indisreplident AND old.relreplident = 'i'
UNION ALL
SELECT 15, stxname, pg_get_statisticsobjdef(s.oid)
FROM pg_statistic_ext s WHERE stxrelid = $1
  AND NOT EXISTS (SELECT FROM lost WHERE lost.attnum = ANY (s.stxkeys::smallint[]))
ORDER BY rank, part
"""
"""What can be said only when the old table is gone: the names of its indexes and constraints."""

VIEWS = """
SELECT v.oid, format('%I.%I', n.nspname, v.relname) AS name, v.relkind = 'm' AS materialized,
  pg_has_role(v.relowner, 'USAGE') AS ours,
  format('ALTER VIEW %I.%I OWNER TO %I', n.nspname, v.relname, pg_get_userbyid(v.relowner)) AS lock,
  format('CREATE OR REPLACE VIEW %I.%I%s AS %s', n.nspname, v.relname,
    (SELECT ' WITH (' || string_agg(format('%I = %L', option_name, option_value), ', ') || ')'
     FROM pg_options_to_table(v.reloptions)),
    CASE v.relkind WHEN 'v' THEN pg_get_viewdef(v.oid) END) AS statement
FROM pg_class v JOIN pg_namespace n ON n.oid = v.relnamespace
WHERE v.relkind IN ('v', 'm') AND v.oid IN (
  SELECT r.ev_class FROM pg_rewrite r JOIN pg_depend d
    ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 AND r.ev_type = '1')
ORDER BY v.oid
"""
"""The views that read the table directly, as statements that bind them anew; $1 only."""

OBSTACLES = f"""
WITH {_TABLES}, around AS (
  SELECT d.* FROM pg_depend d, old
  WHERE d.deptype <> 'i' AND (
    (d.refclassid = 'pg_class'::regclass AND d.refobjid = $1)
    OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (
        SELECT old.reltype UNION SELECT typarray FROM pg_type t WHERE t.oid = old.reltype)))
)
SELECT pg_describe_object(classid, objid, objsubid) AS what FROM around
WHERE NOT CASE classid
  WHEN 'pg_constraint'::regclass THEN
    EXISTS (SELECT FROM pg_constraint c WHERE c.oid = objid AND c.conrelid = $1
            AND c.contype IN ('c', 'n', 'p', 'u', 'x'))
  WHEN 'pg_class'::regclass THEN
    EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = objid AND i.indrelid = $1)
  WHEN 'pg_attrdef'::regclass THEN EXISTS (SELECT FROM pg_attrdef a WHERE a.oid = objid
                                           AND a.adrelid = $1)
  WHEN 'pg_rewrite'::regclass THEN
    refclassid = 'pg_class'::regclass AND EXISTS (
      SELECT FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class
      WHERE r.oid = objid AND r.ev_type = '1' AND v.relkind IN ('v', 'm'))
  WHEN 'pg_policy'::regclass THEN EXISTS (SELECT FROM pg_policy p WHERE p.oid = objid
                                          AND p.polrelid = $1)
  WHEN 'pg_statistic_ext'::regclass THEN true
  ELSE false END
UNION
SELECT CASE WHEN inhrelid = $1 THEN 'its parent table ' || inhparent::regclass::text
            ELSE 'its child table ' || inhrelid::regclass::text END
FROM pg_inherits WHERE $1 IN (inhrelid, inhparent)
UNION
SELECT 'the computed column ' || attname FROM had WHERE attgenerated <> '' OR attidentity <> ''
UNION
SELECT 'the security label of ' || label.provider FROM pg_seclabel label
WHERE label.objoid = $1 AND label.classoid = 'pg_class'::regclass
UNION
SELECT 'being partitioned or foreign' FROM old WHERE relkind NOT IN ('r', 'v')
UNION
SELECT 'being a view' FROM old WHERE relkind = 'v'
ORDER BY 1
"""
"""What a swap would lose and can't give to the staged table, in PostgreSQL's words."""

BROKEN = f"""
WITH {_TABLES}, changed AS (
  SELECT had.attnum, had.attname, has.attname IS NULL AS gone,
    format_type(had.atttypid, had.atttypmod) AS before,
    format_type(has.atttypid, has.atttypmod) AS after
  FROM had LEFT JOIN has USING (attname)
  WHERE has.attname IS NULL OR (had.atttypid, had.atttypmod, had.attcollation)
                               <> (has.atttypid, has.atttypmod, has.attcollation)
)
SELECT DISTINCT attname AS column, before, CASE WHEN gone THEN NULL ELSE after END AS after,
  CASE d.classid WHEN 'pg_policy'::regclass THEN pg_describe_object(d.classid, d.objid, 0)
                 ELSE pg_describe_object('pg_class'::regclass, r.ev_class, 0) END AS whose
FROM pg_depend d JOIN changed ON changed.attnum = d.refobjsubid
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1
  AND (r.oid IS NOT NULL OR (d.classid = 'pg_policy'::regclass AND gone))
ORDER BY 1, 4
"""
"""The views and policies that use a column which the staged table lacks or types otherwise."""
