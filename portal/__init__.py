"""A bilingual public open-data portal; the folder names follow the data's way (README.md)."""
