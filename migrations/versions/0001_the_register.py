"""The register's tables."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


SEARCH = (
    "to_tsvector('english', coalesce(name, '') || ' ' || coalesce(address_1, '') || ' ' || coalesce(address_2, '')"
    " || ' ' || coalesce(town, '') || ' ' || coalesce(postcode, '') || ' ' || coalesce(description, ''))"
)
OFFERS = (
    "offers <@ ARRAY['wait_inside', 'call_someone', 'report_hate_crime', 'phone_charging', 'drinking_water', 'toilet',"
    " 'private_room', 'first_aid', 'interpreter', 'support_information']::text[]"
)
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")
"""In every PostGIS image. They stay on the way down, since others may use them."""


def upgrade() -> None:
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.execute("CREATE SEQUENCE place_reference")
    op.create_table(
        "authority",
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("code ~ '^[ENSW][0-9]{8}$'", name=op.f("ck_authority_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_authority")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("topic", AutoString(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
    )
    op.create_index(
        "ix_outbox_message_waiting",
        "outbox_message",
        ["id"],
        unique=False,
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_geospatial_table(
        "postcode_unit",
        sa.Column("postcode", AutoString(), nullable=False),
        sa.Column("easting", sa.Integer(), nullable=False),
        sa.Column("northing", sa.Integer(), nullable=False),
        sa.Column(
            "location",
            Geometry(
                geometry_type="POINT",
                srid=27700,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("quality", sa.SmallInteger(), nullable=True),
        sa.Column("division_code", AutoString(), nullable=True),
        sa.Column("district_code", AutoString(), nullable=True),
        sa.Column("source", AutoString(), nullable=False),
        sa.CheckConstraint(
            "postcode ~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$'", name=op.f("ck_postcode_unit_postcode")
        ),
        sa.PrimaryKeyConstraint("postcode", name=op.f("pk_postcode_unit")),
    )
    op.create_index("ix_postcode_unit_division_code", "postcode_unit", ["division_code"], unique=False)
    op.create_geospatial_index(
        "ix_postcode_unit_location",
        "postcode_unit",
        ["location"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "premises_kind",
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("label", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_premises_kind")),
    )
    op.create_table(
        "membership_transition",
        sa.Column("before", AutoString(), nullable=False),
        sa.Column("after", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("before", "after", name=op.f("pk_membership_transition")),
    )
    op.create_table(
        "register_version",
        sa.Column("only_row", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("only_row", name=op.f("ck_register_version_only_row")),
        sa.PrimaryKeyConstraint("only_row", name=op.f("pk_register_version")),
    )
    op.create_table(
        "scheme",
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("label", AutoString(), nullable=False),
        sa.Column("summary", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_scheme")),
    )
    op.create_table(
        "councillor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_code", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("party", AutoString(), nullable=True),
        sa.Column("email", AutoString(), nullable=True),
        sa.Column("phone", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["authority_code"], ["authority.code"], name=op.f("fk_councillor_authority_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_councillor")),
    )
    op.create_index("ix_councillor_authority_code", "councillor", ["authority_code"], unique=False)
    op.create_table(
        "division_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_code", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("licence", AutoString(), nullable=False),
        sa.Column("attribution", AutoString(), nullable=False),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("content_sha256", AutoString(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("authority_code"), "="),
            (sa.text("daterange(valid_from, valid_to, '[)')"), "&&"),
            where=sa.text("status = 'active'"),
            using="gist",
            name="ex_division_set_active_period",
        ),
        sa.CheckConstraint("status IN ('loaded', 'active', 'retired')", name=op.f("ck_division_set_status")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_division_set_period")),
        sa.ForeignKeyConstraint(["authority_code"], ["authority.code"], name=op.f("fk_division_set_authority_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_set")),
    )
    op.create_geospatial_table(
        "place",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("authority_code", AutoString(), nullable=False),
        sa.Column(
            "reference",
            AutoString(),
            server_default=sa.text("'SP-' || to_char(nextval('place_reference'), 'FM99999999990000')"),
            nullable=False,
        ),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("schemes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("offers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", AutoString(), nullable=True),
        sa.Column("address_1", AutoString(), nullable=True),
        sa.Column("address_2", AutoString(), nullable=True),
        sa.Column("town", AutoString(), nullable=True),
        sa.Column("postcode", AutoString(), nullable=True),
        sa.Column("uprn", AutoString(), nullable=True),
        sa.Column(
            "location",
            Geometry(
                geometry_type="POINT",
                srid=27700,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("location_source", AutoString(), nullable=False),
        sa.Column("location_quality_m", sa.Float(), nullable=False),
        sa.Column("opening_hours", AutoString(), nullable=True),
        sa.Column("closures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("phone", AutoString(), nullable=True),
        sa.Column("email", AutoString(), nullable=True),
        sa.Column("website", AutoString(), nullable=True),
        sa.Column("step_free_entrance", sa.Boolean(), nullable=True),
        sa.Column("accessible_toilet", sa.Boolean(), nullable=True),
        sa.Column("hearing_loop", sa.Boolean(), nullable=True),
        sa.Column("quiet_space", sa.Boolean(), nullable=True),
        sa.Column("bsl", sa.Boolean(), nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("membership_status", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                SEARCH,
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_place_name")),
        sa.CheckConstraint("jsonb_typeof(closures) = 'array'", name=op.f("ck_place_closures")),
        sa.CheckConstraint(
            "location_source IN ('postcode', 'uprn', 'survey', 'entrance_pin')", name=op.f("ck_place_location_source")
        ),
        sa.CheckConstraint(
            "membership_status IN ('proposed', 'listed', 'suspended', 'withdrawn')",
            name=op.f("ck_place_membership_status"),
        ),
        sa.CheckConstraint(
            OFFERS,
            name=op.f("ck_place_offers"),
        ),
        sa.CheckConstraint("postcode ~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$'", name=op.f("ck_place_postcode")),
        sa.CheckConstraint("reference ~ '^SP-[0-9]{4,}$'", name=op.f("ck_place_reference")),
        sa.CheckConstraint("uprn ~ '^[0-9]{1,12}$'", name=op.f("ck_place_uprn")),
        sa.CheckConstraint(
            "ST_DWithin(ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 27700), location, 10)",
            name=op.f("ck_place_lon_lat"),
        ),
        sa.CheckConstraint(
            "ST_X(location) BETWEEN 0 AND 700000 AND ST_Y(location) BETWEEN 0 AND 1300000",
            name=op.f("ck_place_location_in_grid"),
        ),
        sa.CheckConstraint(
            "location_quality_m > 0 AND location_quality_m <= 10000", name=op.f("ck_place_location_quality")
        ),
        sa.ForeignKeyConstraint(["authority_code"], ["authority.code"], name=op.f("fk_place_authority_code")),
        sa.ForeignKeyConstraint(["kind"], ["premises_kind.code"], name=op.f("fk_place_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("reference", name=op.f("uq_place_reference")),
    )
    op.create_index("ix_place_authority_code", "place", ["authority_code"], unique=False)
    op.create_geospatial_index(
        "ix_place_location", "place", ["location"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(
        "ix_place_name_trigram",
        "place",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index("ix_place_search", "place", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("audited_on", sa.Date(), nullable=False),
        sa.Column("auditor", AutoString(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("signed_off_by", AutoString(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('fit', 'fit_with_actions', 'not_fit')", name=op.f("ck_audit_verdict")),
        sa.CheckConstraint("effective_at IS NULL OR signed_off_by IS NOT NULL", name=op.f("ck_audit_signed_off")),
        sa.CheckConstraint("lower(auditor) <> lower(signed_off_by)", name=op.f("ck_audit_second_person")),
        sa.CheckConstraint("valid_until > audited_on", name=op.f("ck_audit_valid_until")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_audit_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(
        "ix_audit_newest",
        "audit",
        ["place_id", sa.literal_column("effective_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("effective_at IS NOT NULL"),
    )
    op.create_geospatial_table(
        "division",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("division_set_id", sa.Integer(), nullable=False),
        sa.Column("gss_code", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("members", sa.SmallInteger(), nullable=True),
        sa.Column(
            "geometry",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=27700,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("outline_lonlat", AutoString(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.CheckConstraint("ST_IsValid(geometry) AND NOT ST_IsEmpty(geometry)", name=op.f("ck_division_geometry")),
        sa.CheckConstraint("members BETWEEN 1 AND 3", name=op.f("ck_division_members")),
        sa.ForeignKeyConstraint(
            ["division_set_id"], ["division_set.id"], name=op.f("fk_division_division_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
        sa.UniqueConstraint("division_set_id", "gss_code", name=op.f("uq_division_division_set_id_gss_code")),
    )
    op.create_geospatial_index(
        "ix_division_geometry", "division", ["geometry"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_division_gss_code", "division", ["gss_code"], unique=False)
    op.create_table(
        "place_private",
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_name", AutoString(), nullable=True),
        sa.Column("contact_role", AutoString(), nullable=True),
        sa.Column("contact_phone", AutoString(), nullable=True),
        sa.Column("contact_email", AutoString(), nullable=True),
        sa.Column("notes", AutoString(), nullable=True),
        sa.Column("consent_by", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_private_place_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_place_private")),
    )
    op.create_table(
        "place_revision",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("via", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_revision_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_revision")),
        sa.UniqueConstraint("place_id", "version", name=op.f("uq_place_revision_place_id_version")),
    )
    op.create_index("ix_place_revision_period", "place_revision", ["recorded_at", "superseded_at"], unique=False)
    op.create_geospatial_table(
        "division_piece",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("division_set_id", sa.Integer(), nullable=False),
        sa.Column(
            "geometry",
            Geometry(
                geometry_type="POLYGON",
                srid=27700,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["division_id"], ["division.id"], name=op.f("fk_division_piece_division_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["division_set_id"], ["division_set.id"], name=op.f("fk_division_piece_division_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_piece")),
    )
    op.create_index(op.f("ix_division_piece_division_id"), "division_piece", ["division_id"], unique=False)
    op.create_index(op.f("ix_division_piece_division_set_id"), "division_piece", ["division_set_id"], unique=False)
    op.create_geospatial_index(
        "ix_division_piece_geometry",
        "division_piece",
        ["geometry"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "place_division",
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("division_set_id", sa.Integer(), nullable=False),
        sa.Column("basis", AutoString(), nullable=False),
        sa.Column("is_assigned", sa.Boolean(), nullable=False),
        sa.Column("distance_m", sa.Float(), nullable=False),
        sa.Column("near_boundary", sa.Boolean(), nullable=False),
        sa.Column("postcode_disagrees", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", AutoString(), nullable=True),
        sa.CheckConstraint("basis IN ('covers', 'near', 'postcode', 'decided')", name=op.f("ck_place_division_basis")),
        sa.ForeignKeyConstraint(
            ["division_id"], ["division.id"], name=op.f("fk_place_division_division_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["division_set_id"], ["division_set.id"], name=op.f("fk_place_division_division_set_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_division_place_id")),
        sa.PrimaryKeyConstraint("place_id", "division_id", name=op.f("pk_place_division")),
    )
    op.create_index("ix_place_division_division_id", "place_division", ["division_id"], unique=False)
    op.create_index(
        "uq_place_division_assigned",
        "place_division",
        ["place_id", "division_set_id"],
        unique=True,
        postgresql_where=sa.text("is_assigned"),
    )
    op.create_table(
        "term_of_office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("councillor_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("division_id"), "="),
            (sa.column("seat"), "="),
            (sa.text("daterange(starts_on, ends_on, '[)')"), "&&"),
            using="gist",
            name="ex_term_of_office_seat",
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_term_of_office_period")),
        sa.CheckConstraint("seat BETWEEN 1 AND 3", name=op.f("ck_term_of_office_seat")),
        sa.ForeignKeyConstraint(["councillor_id"], ["councillor.id"], name=op.f("fk_term_of_office_councillor_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_term_of_office_division_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_of_office")),
    )
    op.create_index("ix_term_of_office_councillor_id", "term_of_office", ["councillor_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_term_of_office_councillor_id", table_name="term_of_office")
    op.drop_table("term_of_office")
    op.drop_index("uq_place_division_assigned", table_name="place_division", postgresql_where=sa.text("is_assigned"))
    op.drop_index("ix_place_division_division_id", table_name="place_division")
    op.drop_table("place_division")
    op.drop_geospatial_index(
        "ix_division_piece_geometry", table_name="division_piece", postgresql_using="gist", column_name="geometry"
    )
    op.drop_index(op.f("ix_division_piece_division_set_id"), table_name="division_piece")
    op.drop_index(op.f("ix_division_piece_division_id"), table_name="division_piece")
    op.drop_geospatial_table("division_piece")
    op.drop_index("ix_place_revision_period", table_name="place_revision")
    op.drop_table("place_revision")
    op.drop_table("place_private")
    op.drop_index("ix_division_gss_code", table_name="division")
    op.drop_geospatial_index(
        "ix_division_geometry", table_name="division", postgresql_using="gist", column_name="geometry"
    )
    op.drop_geospatial_table("division")
    op.drop_index("ix_audit_newest", table_name="audit", postgresql_where=sa.text("effective_at IS NOT NULL"))
    op.drop_table("audit")
    op.drop_index("ix_place_search", table_name="place", postgresql_using="gin")
    op.drop_index(
        "ix_place_name_trigram", table_name="place", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}
    )
    op.drop_geospatial_index("ix_place_location", table_name="place", postgresql_using="gist", column_name="location")
    op.drop_index("ix_place_authority_code", table_name="place")
    op.drop_geospatial_table("place")
    op.drop_table("division_set")
    op.drop_index("ix_councillor_authority_code", table_name="councillor")
    op.drop_table("councillor")
    op.drop_table("scheme")
    op.drop_table("register_version")
    op.drop_table("membership_transition")
    op.drop_table("premises_kind")
    op.drop_geospatial_index(
        "ix_postcode_unit_location", table_name="postcode_unit", postgresql_using="gist", column_name="location"
    )
    op.drop_index("ix_postcode_unit_division_code", table_name="postcode_unit")
    op.drop_geospatial_table("postcode_unit")
    op.drop_index(
        "ix_outbox_message_waiting", table_name="outbox_message", postgresql_where=sa.text("handled_at IS NULL")
    )
    op.drop_table("outbox_message")
    op.drop_table("authority")
    op.execute("DROP SEQUENCE place_reference")
