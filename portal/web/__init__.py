"""Server-rendered pages in two languages."""
