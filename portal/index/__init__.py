"""Finding: one tokenizer and one query language in front of tantivy, Elasticsearch or the database itself."""
