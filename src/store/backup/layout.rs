//! The tables and columns that a database has, as its own catalogue names them, and the SQL that
//! turns a row into a text and back.

use diesel::prelude::*;
#[cfg(feature = "postgres")]
use diesel::sql_types::Nullable;
use diesel::sql_types::{BigInt, Text};

use crate::store::dialect::on_either;
use crate::store::{AnyConnection, StoreError};

/// diesel's own table of migrations, which are copied as [`super::Contents::migrations`].
const MIGRATIONS: &str = "__diesel_schema_migrations";

/// How a column's values are written in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Texts, numbers and dates, which both databases write alike.
    Plain,
    Truth,
    Moment,
    Bytes,
}

impl Kind {
    /// The kind of a column, from the type in either database's catalogue.
    fn of(kind: &str) -> Option<Self> {
        match kind.to_ascii_lowercase().as_str() {
            "text" | "integer" | "bigint" | "date" => Some(Self::Plain),
            "boolean" => Some(Self::Truth),
            "timestamp" | "timestamp without time zone" => Some(Self::Moment),
            "blob" | "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}

struct Column {
    name: String,
    /// The type, as the database calls it.
    sql_type: String,
    kind: Kind,
}

/// A table with its columns.
pub(super) struct Layout {
    pub(super) name: String,
    columns: Vec<Column>,
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    column_type: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// All tables of the service, by name.
pub(super) fn layouts(connection: &mut AnyConnection) -> Result<Vec<Layout>, StoreError> {
    let query = match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => {
            "SELECT t.name AS table_name, c.name AS column_name, c.type AS column_type \
             FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid"
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => {
            "SELECT t.relname::text AS table_name, c.attname::text AS column_name, \
             format_type(c.atttypid, c.atttypmod) AS column_type \
             FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace \
             JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped \
             WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p') AND NOT t.relispartition \
             ORDER BY t.relname COLLATE \"C\", c.attnum"
        }
    };
    let rows: Vec<ColumnRow> = on_either!(connection, c => diesel::sql_query(query).load(c))?;
    let mut layouts: Vec<Layout> = Vec::new();
    for ColumnRow { table_name, column_name, column_type } in rows {
        if table_name == MIGRATIONS {
            continue;
        }
        let kind = Kind::of(&column_type).ok_or_else(|| {
            StoreError::Backup(format!("the column {table_name}.{column_name} has the unknown type {column_type}"))
        })?;
        let column = Column { name: column_name, sql_type: column_type, kind };
        match layouts.last_mut().filter(|layout| layout.name == table_name) {
            Some(layout) => layout.columns.push(column),
            None => layouts.push(Layout { name: table_name, columns: vec![column] }),
        }
    }
    Ok(layouts)
}

/// The migrations that have run.
pub(super) fn migrations(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let query = format!("SELECT version FROM {MIGRATIONS} ORDER BY version");
    let rows: Vec<Version> = on_either!(connection, c => diesel::sql_query(query).load(c))?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

impl Layout {
    pub(super) fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The number of rows.
    pub(super) fn count(&self, connection: &mut AnyConnection) -> Result<u64, StoreError> {
        let query = format!("SELECT count(*) AS number FROM \"{}\"", self.name);
        let Count { number } = on_either!(connection, c => diesel::sql_query(query).get_result(c))?;
        Ok(u64::try_from(number).unwrap_or(0))
    }

    /// The statement that gives every row as a text, in a column `line`.
    pub(super) fn select(&self, connection: &AnyConnection) -> String {
        let (array, values): (&str, Vec<String>) = match connection {
            #[cfg(feature = "sqlite")]
            AnyConnection::Sqlite(_) => ("json_array", self.columns.iter().map(sqlite_text).collect()),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => ("json_build_array", self.columns.iter().map(postgres_text).collect()),
        };
        format!("SELECT CAST({array}({}) AS TEXT) AS line FROM \"{}\"", values.join(", "), self.name)
    }

    /// The statement that adds rows, given as one array of them, whose values are in this order.
    /// `None` if these are not the table's columns.
    pub(super) fn insert(&self, connection: &AnyConnection, order: &[String]) -> Option<String> {
        let columns: Option<Vec<&Column>> =
            order.iter().map(|name| self.columns.iter().find(|column| column.name == *name)).collect();
        let columns = columns.filter(|columns| columns.len() == self.columns.len())?;
        let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let values: Vec<String> =
            columns.iter().enumerate().map(|(place, column)| value(connection, column, place)).collect();
        let rows = match connection {
            // Materialised, because SQLite would otherwise write each row as a text again and parse
            // it for each of its values.
            #[cfg(feature = "sqlite")]
            AnyConnection::Sqlite(_) => "WITH each AS MATERIALIZED (SELECT jsonb(value) AS value FROM json_each(?))",
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => "WITH each AS (SELECT value FROM jsonb_array_elements($1::jsonb))",
        };
        let (names, values) = (names.join(", "), values.join(", "));
        Some(format!("{rows} INSERT INTO \"{}\" ({names}) SELECT {values} FROM each", self.name))
    }

    /// A row of this table from a line of the trail file, which names the columns that it has.
    pub(super) fn row_of_line(&self, id: i64, line: &serde_json::Value) -> String {
        use serde_json::Value;
        let value = |column: &Column| match (line.get(&column.name), column.kind) {
            _ if column.name == "id" => id.into(),
            (Some(Value::Bool(truth)), _) => i64::from(*truth).into(),
            // chrono writes a T between day and time.
            (Some(Value::String(text)), Kind::Moment) => text.replace('T', " ").into(),
            (Some(value), _) => value.clone(),
            (None, _) => Value::Null,
        };
        Value::Array(self.columns.iter().map(value).collect()).to_string()
    }
}

#[cfg(feature = "sqlite")]
fn sqlite_text(column: &Column) -> String {
    let name = format!("\"{}\"", column.name);
    match column.kind {
        Kind::Plain | Kind::Truth | Kind::Moment => name,
        Kind::Bytes => format!("CASE WHEN {name} IS NULL THEN NULL ELSE lower(hex({name})) END"),
    }
}

#[cfg(feature = "postgres")]
fn postgres_text(column: &Column) -> String {
    let name = format!("\"{}\"", column.name);
    match column.kind {
        Kind::Plain => name,
        Kind::Truth => format!("{name}::integer"),
        Kind::Moment => format!(
            "to_char({name}, CASE {name} WHEN date_trunc('second', {name}) THEN 'YYYY-MM-DD HH24:MI:SS' \
             WHEN date_trunc('milliseconds', {name}) THEN 'YYYY-MM-DD HH24:MI:SS.MS' \
             ELSE 'YYYY-MM-DD HH24:MI:SS.US' END)"
        ),
        Kind::Bytes => format!("encode({name}, 'hex')"),
    }
}

/// The value at a place of a row, as the column takes it.
fn value(connection: &AnyConnection, column: &Column, place: usize) -> String {
    let Column { sql_type, kind, .. } = column;
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => {
            let _ = sql_type;
            match kind {
                Kind::Bytes => format!("unhex(json_extract(each.value, '$[{place}]'))"),
                Kind::Plain | Kind::Truth | Kind::Moment => format!("json_extract(each.value, '$[{place}]')"),
            }
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => match kind {
            Kind::Bytes => format!("decode(each.value ->> {place}, 'hex')"),
            Kind::Plain | Kind::Truth | Kind::Moment => format!("(each.value ->> {place})::{sql_type}"),
        },
    }
}

/// Where PostgreSQL keeps the numbers that a column gives to new rows.
#[cfg(feature = "postgres")]
#[derive(QueryableByName)]
pub(super) struct Sequence {
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    #[diesel(sql_type = Text)]
    pub(super) column_name: String,
    /// Its name, qualified and quoted.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) sequence: Option<String>,
}

/// All sequences of columns. Only PostgreSQL has them.
#[cfg(feature = "postgres")]
pub(super) fn sequences(connection: &mut AnyConnection) -> Result<Vec<Sequence>, StoreError> {
    let query = diesel::sql_query(
        "SELECT t.relname::text AS table_name, c.attname::text AS column_name, \
         pg_get_serial_sequence(format('%I.%I', n.nspname, t.relname), c.attname) AS sequence \
         FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace \
         JOIN pg_attribute c ON c.attrelid = t.oid AND c.attidentity <> '' \
         WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p') AND NOT t.relispartition",
    );
    Ok(on_either!(connection, c => query.load(c))?)
}
