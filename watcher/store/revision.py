"""The newest step of the schema, known without the migration machinery."""

SCHEMA_REVISION = "0005"
