"""Read: a person's table, so that they can choose columns."""

from dataclasses import asdict
from typing import Any

from dash import Dash, Input, Output

from app.domain.csv_reader import read_table
from app.domain.csv_table import Reading, Table
from app.domain.user_data import label_of
from callbacks.answers import answered
from callbacks.requests import content_of
from components import ids


def register(app: Dash) -> None:
    """A file that is only read to choose columns is not kept."""

    @app.callback(Output(ids.OWN_ANSWER, "data"), Input(ids.OWN_REQUEST, "data"))
    def read(request: Any) -> dict[str, Any]:
        return table_answer(request)


def table_answer(request: Any) -> dict[str, Any]:
    """{"ticket", "table": the columns to choose from}, or {"ticket", "error"}.

    request  {"ticket": ..., "content": the file in base64, "name": of the file, and if something
              was set by hand "reading": the fields of Reading}
    """

    def made(fields: dict[str, Any]) -> dict[str, Any]:
        table = read_table(content_of(fields), Reading.from_mapping(fields.get("reading")))
        return {"table": described(table, fields.get("name"))}

    return answered(request, made, "The server could not read this table.")


def described(table: Table, name: Any) -> dict[str, Any]:
    """What the page shows of a table."""
    notes = list(table.notes)
    if isinstance(name, str) and ("/" in name or "\\" in name):
        notes.append("Only the file's name is kept, not its path.")
    return {
        "label": label_of(name),
        "columns": [column.name for column in table.columns],
        "numeric": [column.name for column in table.numeric],
        # What can only be a target: a column of two words, and which of them is 0 and which is 1.
        "classes": {column.name: column.words for column in table.columns if column.words},
        # Numbers that can be classes as well.
        "two_numbers": [column.name for column in table.numeric if column.has_two_values],
        "head": table.head,
        "rows": len(table.columns[0].values),
        "separator": table.separator,
        "decimal": table.decimal,
        "header": table.header,
        "body": table.body,
        "questions": [asdict(question) for question in table.questions],
        "sentinels": [asdict(sentinel) for sentinel in table.sentinels],
        "notes": notes,
    }
