"""The edge of HTTP: problems, formats, caching, paging, logging, pages."""
