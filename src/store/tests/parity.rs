//! Both databases have the same tables and columns.

use std::collections::BTreeMap;

use super::*;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    table_name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    column_name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    data_type: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    required: bool,
}

/// Table and column to type and "required", with the databases' names for a type unified.
fn columns(store: &Store, query: &str) -> BTreeMap<(String, String), (String, bool)> {
    let rows: Vec<Column> = store
        .read(|c| match c {
            AnyConnection::Sqlite(c) => Ok(diesel::sql_query(query).load(c)?),
            AnyConnection::Postgres(c) => Ok(diesel::sql_query(query).load(c)?),
        })
        .unwrap();
    rows.into_iter()
        .map(|row| {
            let kind = match row.data_type.to_lowercase().as_str() {
                "timestamp without time zone" => "timestamp".to_owned(),
                // SQLite's row numbers are as wide as the widest type.
                "bigint" if row.column_name == "id" => "integer".to_owned(),
                "bytea" => "blob".to_owned(),
                other => other.to_owned(),
            };
            ((row.table_name, row.column_name), (kind, row.required))
        })
        .collect()
}

#[test]
fn both_databases_have_the_same_columns() {
    let Some(postgres) = super::super::test_support::postgres() else { return };
    let sqlite = super::super::test_support::sqlite();
    let of_sqlite = columns(
        &sqlite.store,
        "SELECT m.name AS table_name, p.name AS column_name, p.type AS data_type, p.\"notnull\" = 1 AS required \
         FROM sqlite_master m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    );
    let of_postgres = columns(
        &postgres.store,
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'NO' AS required \
         FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_%'",
    );
    assert_eq!(of_sqlite, of_postgres);
    assert!(of_sqlite.len() > 90);
}
