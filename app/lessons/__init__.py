"""The lesson: Markdown files, read and checked."""
