"""From report.json to what people read: HTML, Markdown, the terminal. Pure views of the record."""
