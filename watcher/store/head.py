"""The newest step of the schema, known without the migration machinery."""

HEAD = "0005"
