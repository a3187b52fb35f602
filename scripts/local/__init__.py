"""The private PostGIS and the set-up behind scripts/serve and scripts/test."""
